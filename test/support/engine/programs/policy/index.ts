import * as pulumi from "@pulumi/pulumi";
import { examples } from "./examples.js";

// Not of the project: its settings are those of a stack.
const name = new pulumi.Config("example").require("name");
const example = examples[name];
if (example === undefined) throw new Error(`There is no example ${name}.`);
example();
