import { makeImages } from "./images.js";

// A separate program, because `npm test` starts it and imports nothing from the tests.
await makeImages();
