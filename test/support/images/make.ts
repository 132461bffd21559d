import { makeImages } from "./images.js";

// A program of its own, because `npm test` starts it and imports nothing of the tests.
await makeImages();
