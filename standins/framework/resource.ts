import type { PropertyMap } from "./values.js";

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface Checked {
  inputs: PropertyMap;
  failures: CheckFailure[];
}

/** What the check of a resource may use besides the properties. */
export interface CheckContext {
  urn: string;
  /** The inputs of the last deployment, without which the resource is made anew. */
  oldInputs: PropertyMap | undefined;
}

/** What an operation may use besides the properties. */
export interface OperationContext {
  urn: string;
  log: ResourceLog;
  /** Aborts when the engine cancels the deployment. */
  cancelled: AbortSignal;
  /** Aborts when the engine cancels the deployment or the resource's custom time-out has passed. */
  ended: AbortSignal;
}

/** Messages about one resource, shown by the engine in the order in which they are sent. */
export interface ResourceLog {
  /** A passing message: shown beside the resource while it is worked on. */
  infoStatus(message: string): void;
  debug(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

export interface CreateResult {
  id: string;
  outputs: PropertyMap;
}

/**
 * One resource type. Properties are as the engine sends them, with secret marks; in a preview they
 * may hold unknown values, and `preview*` must have no side effects.
 */
export interface ResourceType {
  check(inputs: PropertyMap, context: CheckContext): Checked;
  /** The properties that differ, and those of them whose change needs a replacement. */
  diff(oldInputs: PropertyMap, oldOutputs: PropertyMap, inputs: PropertyMap): ResourceDiff;
  previewCreate(name: string, inputs: PropertyMap): CreateResult;
  create(context: OperationContext, name: string, inputs: PropertyMap): Promise<CreateResult>;
  previewUpdate(oldOutputs: PropertyMap, inputs: PropertyMap): PropertyMap;
  update(
    context: OperationContext,
    oldOutputs: PropertyMap,
    inputs: PropertyMap,
  ): Promise<PropertyMap>;
  delete(context: OperationContext, outputs: PropertyMap): Promise<void>;
}

export interface ResourceDiff {
  changes: ReadonlyMap<string, "add" | "delete" | "update">;
  /** Whether the change of this property path replaces the resource. */
  replaces: (path: string) => boolean;
  /** Whether a replacement can only be made when the old resource is gone. */
  deleteBeforeReplace?: boolean;
}

/** The configuration of a provider, which the engine gives once to each process of a plugin. */
export interface ProviderConfiguration {
  check(inputs: PropertyMap): Checked;
  configure(inputs: PropertyMap): void;
}

/** Answers a program's question; the error it throws is the engine's. */
export type PluginFunction = (args: PropertyMap) => PropertyMap;

export interface Plugin {
  name: string;
  version: string;
  /** The Pulumi package schema, as JSON. */
  schema: string;
  /** Whether the engine keeps secret marks on what it sends; if not, it restores them itself. */
  acceptsSecrets: boolean;
  /** False has the engine send the id of a resource for the resource. */
  acceptsResources?: false;
  configuration?: ProviderConfiguration;
  resources: Readonly<Record<string, ResourceType>>;
  /** What programs can ask for, by token. */
  functions?: Readonly<Record<string, PluginFunction>>;
}
