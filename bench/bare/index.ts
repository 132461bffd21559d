import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { BareResource } from "../bare-resources.js";

/** Any resource of any provider. */
class Bare extends pulumi.CustomResource {}

const file = new pulumi.Config().require("resources");
const resources = JSON.parse(readFileSync(file, "utf8")) as BareResource[];
const made = new Map<string, pulumi.Resource>();

for (const { urn, type, name, custom, parent, version, inputs } of resources) {
  const secret = Object.entries(inputs).map(
    ([key, { value, secret }]) => [key, secret ? pulumi.secret(value) : value] as const,
  );
  const options = { parent: made.get(parent), ...(version === undefined ? {} : { version }) };
  made.set(
    urn,
    custom
      ? new Bare(type, name, Object.fromEntries(secret), options)
      : new pulumi.ComponentResource(type, name, {}, options),
  );
}
