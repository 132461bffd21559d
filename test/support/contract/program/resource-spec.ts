/**
 * A resource for the contract program to register. Objects with one key stand for values that JSON
 * cannot represent: `$secret` (a secret), `$output` ("resource.property"), `$fileAsset`,
 * `$textAsset`, `$archive`.
 */
export interface ResourceSpec {
  type:
    | "local.Command"
    | "remote.Command"
    | "remote.CopyToRemote"
    | "RandomPassword"
    | "RandomString"
    | "RandomId";
  name: string;
  args: Record<string, unknown>;
  options?: {
    dependsOn?: string[];
    deleteBeforeReplace?: boolean;
    additionalSecretOutputs?: string[];
    customTimeouts?: { create?: string; update?: string; delete?: string };
  };
}
