import * as pulumi from "@pulumi/pulumi";
import { examples } from "./examples.js";

const name = new pulumi.Config().require("example");
const example = examples[name];
if (example === undefined) throw new Error(`There is no example ${name}.`);
example();
