import * as z from "zod";
import type { Subject } from "./rule.js";

/** A file on a host. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  /** As Puppet accepts it: octal or symbolic. */
  readonly mode: string;
}

/** What a command does to a host, as far as it is known. */
export interface HostChanges {
  /** Files with content in the command's host states. */
  readonly files: readonly HostFile[];
  /** Commands in the host states, and the command's own scripts without the states. */
  readonly scripts: readonly string[];
}

const commandTypes = ["command:remote:Command", "command:local:Command"];

/** A host state in a script from hosts/converge.sh.eta: JSON on one line, alone in its here-document. */
const statePattern = /(?<=<<'STATE'\n)(.*)(?=\nSTATE(?:\n|$))/g;

const text = z.string().catch("");
const state = z.array(
  z.object({ type: z.string(), title: z.string(), parameters: z.record(z.string(), z.unknown()) }),
);
type HostResource = z.output<typeof state>[number];
const file = z.object({ content: z.string(), mode: text });
/** A command line, or a list: of a command's words, or of several guards. */
const lineOrList = z.union([z.string().transform((line) => [line]), z.array(z.string())]);

/** Reads what a resource does to a host; nothing if it is not a command, or if the script is unknown. */
export function hostChangesOf({ type, props }: Subject): HostChanges {
  if (!commandTypes.includes(type)) return { files: [], scripts: [] };
  const texts = [props.create, props.update, props.delete, props.stdin].filter(
    (given) => typeof given === "string",
  );
  const resources = texts.flatMap((script) =>
    [...script.matchAll(statePattern)].flatMap(([line]) => resourcesIn(line)),
  );
  return {
    files: resources.flatMap(filesOf),
    scripts: [
      ...texts.map((script) =>
        script.replaceAll(statePattern, (line) => (resourcesIn(line).length > 0 ? "" : line)),
      ),
      ...resources.flatMap(commandsOf),
    ],
  };
}

function resourcesIn(line: string): readonly HostResource[] {
  try {
    return state.parse(JSON.parse(line));
  } catch {
    // A different script's here-document with the same delimiter is text like the rest.
    return [];
  }
}

function filesOf({ type, title, parameters }: HostResource): HostFile[] {
  const { success, data } = file.safeParse(parameters);
  if (type !== "file" || !success) return [];
  const { path } = parameters;
  return [{ path: typeof path === "string" ? path : title, ...data }];
}

function commandsOf({ type, title, parameters }: HostResource): string[] {
  if (type !== "exec") return [];
  // Without a command, the title is the command.
  const words = lineOrList.safeParse(parameters.command ?? title).data ?? [];
  const guards = [parameters.unless, parameters.onlyif].flatMap(
    (given) => lineOrList.safeParse(given).data ?? [],
  );
  return [words.join(" "), ...guards];
}
