import { makeImages } from "./images.js";

/** Makes the images once for all files of a stage. */
export default makeImages;
