import { createReadStream, type Dirent, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { posix } from "node:path";
import { detailedDiff } from "../framework/diff.js";
import type { CheckFailure, OperationContext, ResourceType } from "../framework/resource.js";
import { checkInputs, type InputTypes } from "../framework/schema.js";
import { type Asset, isArchive, isAsset, type PropertyMap, unmarked } from "../framework/values.js";
import { replacesOnTriggers, uniqueId } from "./command-resource.js";
import { systemErrorText } from "./go-text.js";
import { type Connection, connectionType, triggersType } from "./inputs.js";
import { RemoteFiles } from "./sftp.js";
import { dial } from "./ssh-dial.js";

interface CopyInputs {
  connection: Connection;
  source: Asset;
  remotePath: string;
}

export const copyToRemoteTypes: InputTypes = {
  connection: connectionType,
  triggers: triggersType,
  source: { type: "asset", required: true },
  remotePath: { type: "string", required: true },
};

export const copyToRemote: ResourceType = {
  check(properties) {
    const { inputs, failures } = checkInputs(copyToRemoteTypes, properties);
    return { inputs, failures: [...failures, ...sourceFailures(properties)] };
  },

  diff: (oldInputs, _oldOutputs, inputs) => ({
    changes: detailedDiff(oldInputs, inputs),
    replaces: replacesOnTriggers,
  }),

  previewCreate: (_name, inputs) => ({ id: "", outputs: inputs }),

  async create(context, _name, inputs) {
    await copy(context, plainInputs(inputs));
    return { id: uniqueId(""), outputs: inputs };
  },

  previewUpdate: (_oldOutputs, inputs) => inputs,

  async update(context, oldOutputs, inputs) {
    const now = plainInputs(inputs);
    const before = plainInputs(oldOutputs);
    const moved = now.remotePath !== before.remotePath;
    if (moved || now.source.hash !== before.source.hash) await copy(context, now);
    return inputs;
  },

  async delete() {
    // The copy stays on the server.
  },
};

function plainInputs(inputs: PropertyMap): CopyInputs {
  // The check has verified the shape.
  return unmarked(inputs) as unknown as CopyInputs;
}

/** An unknown source also fails in a preview, as in version 1.2.1 of the official plugin. */
function sourceFailures({ source }: PropertyMap): CheckFailure[] {
  const plain = unmarked(source ?? null);
  const { path, text } = (isAsset(plain) || isArchive(plain) ? plain : {}) as Asset;
  if (!isAsset(plain) && !isArchive(plain)) {
    return [{ property: "asset", reason: "either asset or archive must be set" }];
  }
  if (isArchive(plain) && path === undefined) {
    return [{ property: "archive", reason: "archive must be a path to a file or directory" }];
  }
  if (isAsset(plain) && path === undefined && text === undefined) {
    const reason = "asset must be a path-based file asset or a text asset";
    return [{ property: "asset", reason }];
  }
  return [];
}

async function copy(context: OperationContext, inputs: CopyInputs): Promise<void> {
  const { connection, remotePath, source } = inputs;
  const { path, text } = source;
  const from = path === undefined ? "text asset" : `local file ${path}`;
  context.log.debug(`Creating file: ${connection.host}:${remotePath} from ${from}`);
  const { client, close } = await dial(context, connection);
  const onAbort = (): void => void client.destroy();
  context.cancelled.addEventListener("abort", onAbort, { once: true });
  try {
    client.on("error", () => undefined);
    const files = await RemoteFiles.open(client);
    if (path === undefined) await copyText(files, text ?? "", remotePath);
    else await copyPath(files, path, remotePath);
    files.close();
  } finally {
    context.cancelled.removeEventListener("abort", onAbort);
    close();
  }
}

async function copyText(files: RemoteFiles, text: string, remotePath: string): Promise<void> {
  if ((await files.stat(remotePath))?.isDirectory()) {
    throw new Error(
      `remote path ${remotePath} is a directory; when using a text asset, ` +
        "remotePath must be a file path",
    );
  }
  await makeParents(files, remotePath);
  await files.write(remotePath, [Buffer.from(text)]);
}

/**
 * A file is copied into an existing folder, or to the path itself. A folder is copied into the remote path,
 * under its own name unless its path ends with a slash.
 */
async function copyPath(files: RemoteFiles, path: string, remotePath: string): Promise<void> {
  const sourceIsFolder = isFolder(path);
  const existing = await files.stat(remotePath);
  const inside = posix.join(remotePath, posix.basename(path));
  if (!sourceIsFolder) {
    if (existing === undefined) await makeParents(files, remotePath);
    await files.write(existing?.isDirectory() ? inside : remotePath, createReadStream(path));
    return;
  }
  if (existing === undefined) await files.mkdirAll(remotePath);
  await copyFolder(files, path, path.endsWith("/") ? remotePath : inside);
}

async function copyFolder(files: RemoteFiles, folder: string, remotePath: string): Promise<void> {
  const existing = await files.stat(remotePath);
  if (existing === undefined) await files.mkdir(remotePath);
  else if (!existing.isDirectory()) {
    throw new Error(`remote path ${remotePath} exists but is not a directory`);
  }
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const from = posix.join(folder, entry.name);
    const to = posix.join(remotePath, entry.name);
    if (entry.isDirectory()) await copyFolder(files, from, to);
    else await files.write(to, createReadStream(from));
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new Error(`open ${path}: ${systemErrorText(error as NodeJS.ErrnoException)}`, {
      cause: error,
    });
  }
}

async function makeParents(files: RemoteFiles, remotePath: string): Promise<void> {
  try {
    await files.mkdirAll(posix.dirname(remotePath));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to create parent directories for ${remotePath}: ${reason}`, {
      cause: error,
    });
  }
}
