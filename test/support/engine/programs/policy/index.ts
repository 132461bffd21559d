import * as pulumi from "@pulumi/pulumi";
import { examples } from "./examples.js";

// Not the project's settings: these are those of a stack.
const name = new pulumi.Config("example").require("name");
const example = examples[name];
if (example === undefined) throw new Error(`There is no example ${name}.`);
example();
