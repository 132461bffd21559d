import type { Result } from "../../../tools/lib/shell.js";
import { execIn } from "../container-exec.js";

/** Name of the container that `setup.ts` makes. */
export const parsersName = "parsers";

/** Runs a command where the parsers are, with a text on its standard input. */
export function inParsers(command: readonly string[], stdin = ""): Promise<Result> {
  return execIn(`pulumi-puppet-test-${parsersName}`, command, { stdin });
}

/** What a Bash script prints where the parsers are; it must succeed. */
export async function outputOf(script: string, stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await inParsers(["bash", "-ec", script], stdin);
  if (code !== 0) throw new Error(`${script}: exit ${String(code)}: ${stderr}`);
  return stdout.trim();
}

/**
 * Runs a command on a text in a file of its own, for parsers that read no standard input.
 *
 * @param command shell words in which `"$1"` is the file
 * @param name name of the file, where a parser looks at it
 */
export function onFile(command: string, content: string, name = "file"): Promise<Result> {
  const script = `folder=$(mktemp -d) && set -- "$folder/$0" && cat >"$1" && { ${command}; }; code=$?; rm -rf "$folder"; exit $code`;
  return inParsers(["sh", "-c", script, name], content);
}

/** What a Ruby expression makes of a text in `$stdin`, as JSON tells it. */
export async function inRuby(expression: string, content: string): Promise<unknown> {
  const script = `require "json"; puts JSON.generate(${expression})`;
  const { code, stdout, stderr } = await inParsers(["ruby", "-e", script], content);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}

/** The sections of an INI file as Python's parser reads them: it refuses what is said twice, or nowhere. */
export async function inPython(content: string): Promise<unknown> {
  const script = [
    "import configparser, json, sys",
    "parser = configparser.ConfigParser(interpolation=None, strict=True)",
    "parser.read_string(sys.stdin.read())",
    "print(json.dumps({name: dict(parser[name]) for name in parser.sections()}))",
  ];
  const { code, stdout, stderr } = await inParsers(["python3", "-c", script.join("\n")], content);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}
