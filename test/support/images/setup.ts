import { makeImages } from "./images.js";

/** Builds the images once for all files of a stage. */
export default makeImages;
