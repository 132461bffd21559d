import type { InputType, InputTypes } from "../framework/schema.js";

/** A command's inputs, without secret marks. */
export interface CommandInputs {
  create?: string;
  update?: string;
  delete?: string;
  stdin?: string;
  environment?: Record<string, string>;
  logging?: Logging;
  addPreviousOutputInEnv?: boolean;
}

export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

export interface CommandOutputs {
  stdout: string;
  stderr: string;
}

export interface LocalCommandInputs extends CommandInputs {
  interpreter?: string[];
  dir?: string;
}

export interface RemoteCommandInputs extends CommandInputs {
  connection: Connection;
}

/** How to connect to an SSH server; the check of the inputs has filled in the defaults. */
export interface Endpoint {
  host: string;
  user: string;
  port: number;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  dialErrorLimit: number;
  perDialTimeout: number;
  hostKey?: string;
}

export interface Connection extends Endpoint {
  proxy?: Endpoint;
}

const string = { type: "string" } as const;
const secretString = { type: "string", secret: true } as const;

const endpointTypes: InputTypes = {
  host: { type: "string", required: true },
  user: { type: "string", default: "root" },
  port: { type: "number", default: 22 },
  password: secretString,
  privateKey: secretString,
  privateKeyPassword: secretString,
  agentSocketPath: string,
  dialErrorLimit: { type: "integer", default: 10 },
  perDialTimeout: { type: "integer", default: 15 },
  hostKey: string,
};

export const connectionType: InputType = {
  type: "object",
  required: true,
  secret: true,
  properties: { ...endpointTypes, proxy: { type: "object", properties: endpointTypes } },
};

export const triggersType: InputType = { type: "array", items: { type: "any" } };

const commandTypes: InputTypes = {
  triggers: triggersType,
  create: string,
  update: string,
  delete: string,
  stdin: string,
  environment: { type: "map", items: string },
  logging: string,
  addPreviousOutputInEnv: { type: "boolean" },
};

export const localCommandTypes: InputTypes = {
  ...commandTypes,
  interpreter: { type: "array", items: string },
  dir: string,
};

export const remoteCommandTypes: InputTypes = { ...commandTypes, connection: connectionType };

export const commandOutputTypes: InputTypes = {
  stdout: { type: "string", required: true },
  stderr: { type: "string", required: true },
};
