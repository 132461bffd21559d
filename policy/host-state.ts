import * as z from "zod";
import type { Subject } from "./rule.js";

/** A file that a host gets. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  /** As Puppet takes it: octal or symbolic. */
  readonly mode: string;
}

/** What a command does to a host, as far as it is known. */
export interface HostChanges {
  /** Files with their content in the command's host states. */
  readonly files: readonly HostFile[];
  /** Commands in the host states, and the command's own scripts without the states. */
  readonly scripts: readonly string[];
}

const commandTypes = ["command:remote:Command", "command:local:Command"];

/** A host state in a script of hosts/converge.sh.eta: JSON in one line, alone in its here-document. */
const statePattern = /(?<=<<'STATE'\n)(.*)(?=\nSTATE(?:\n|$))/g;

const text = z.string().catch("");
const state = z.array(
  z.object({ type: z.string(), title: z.string(), parameters: z.record(z.string(), z.unknown()) }),
);
type HostResource = z.output<typeof state>[number];
const file = z.object({ content: z.string(), mode: text });
/** A command line, or a list: of a command's words, of several guards. */
const lineOrList = z.union([z.string().transform((line) => [line]), z.array(z.string())]);

/** Reads what a resource does to a host; nothing for one that is no command, and nothing of an unknown script. */
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
    // Another script's document that is called the same: text like the rest.
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
  // Without a command, the title is it.
  const words = lineOrList.safeParse(parameters.command ?? title).data ?? [];
  const guards = [parameters.unless, parameters.onlyif].flatMap(
    (given) => lineOrList.safeParse(given).data ?? [],
  );
  return [words.join(" "), ...guards];
}
