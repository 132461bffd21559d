import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ResourceSpec } from "./resource-spec.js";

/**
 * Registers the resources in the configuration, in that order, so that a test says in one place what
 * it deploys and what it expects.
 */

const constructors = {
  "local.Command": command.local.Command,
  "remote.Command": command.remote.Command,
  "remote.CopyToRemote": command.remote.CopyToRemote,
  RandomPassword: random.RandomPassword,
  RandomString: random.RandomString,
  RandomId: random.RandomId,
};

type Constructor = new (
  name: string,
  args: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

const registered = new Map<string, pulumi.CustomResource>();

/** Replaces the objects that stand for values that JSON cannot represent. */
function input(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(input);
  if (typeof value !== "object" || value === null) return value;
  const [[kind, content] = []] = Object.entries(value);
  switch (kind) {
    case "$secret":
      return pulumi.secret(input(content));
    case "$output": {
      const [resource = "", property = ""] = (content as string).split(".");
      return (registered.get(resource) as unknown as Record<string, unknown>)[property];
    }
    case "$fileAsset":
      return new pulumi.asset.FileAsset(content as string);
    case "$textAsset":
      return new pulumi.asset.StringAsset(content as string);
    case "$archive":
      return new pulumi.asset.FileArchive(content as string);
    default:
      return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, input(v)]));
  }
}

const specs = new pulumi.Config().requireObject<ResourceSpec[]>("resources");
for (const { type, name, args, options = {} } of specs) {
  const { dependsOn, ...rest } = options;
  const create = constructors[type] as unknown as Constructor;
  const resource = new create(name, input(args) as Record<string, unknown>, {
    ...rest,
    dependsOn: dependsOn?.map((other) => registered.get(other) as pulumi.CustomResource),
  });
  registered.set(name, resource);
}
