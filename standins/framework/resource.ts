import type { PropertyMap } from "./values.js";

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface Checked {
  inputs: PropertyMap;
  failures: CheckFailure[];
}

/** What the check of a resource may use in addition to the properties. */
export interface CheckContext {
  urn: string;
  /** The inputs of the last deployment; undefined if the resource is created or replaced. */
  oldInputs: PropertyMap | undefined;
}

/** What an operation may use in addition to the properties. */
export interface OperationContext {
  urn: string;
  log: ResourceLog;
  /** Aborts when the engine cancels the deployment. */
  cancelled: AbortSignal;
  /** Aborts when the engine cancels the deployment or the resource's custom timeout has passed. */
  ended: AbortSignal;
}

/** Messages about one resource, shown by the engine in the order in which they are sent. */
export interface ResourceLog {
  /** A transient message: shown next to the resource while it is being processed. */
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
 * may contain unknown values, and `preview*` must not have side effects.
 */
export interface ResourceType {
  check(inputs: PropertyMap, context: CheckContext): Checked;
  /** The properties that differ, and those whose change requires a replacement. */
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
  /** Whether a change at this property path replaces the resource. */
  replaces: (path: string) => boolean;
  /** Whether the old resource must be deleted before its replacement is created. */
  deleteBeforeReplace?: boolean;
}

/** The configuration of a provider, which the engine sends once to each plugin process. */
export interface ProviderConfiguration {
  check(inputs: PropertyMap): Checked;
  configure(inputs: PropertyMap): void;
}

/** Answers a program's query; its errors are passed to the engine. */
export type PluginFunction = (args: PropertyMap) => PropertyMap;

export interface Plugin {
  name: string;
  version: string;
  /** The Pulumi package schema, as JSON. */
  schema: string;
  /** Whether the engine keeps secret marks in the values it sends; if not, it restores them itself. */
  acceptsSecrets: boolean;
  /** If false, the engine sends a resource's id instead of the resource. */
  acceptsResources?: false;
  configuration?: ProviderConfiguration;
  resources: Readonly<Record<string, ResourceType>>;
  /** Queries from programs, by token. */
  functions?: Readonly<Record<string, PluginFunction>>;
}
