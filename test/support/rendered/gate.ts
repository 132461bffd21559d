import { renderMainLibrary } from "../../../templates/code-deployment/code-deployment.js";
import { inParsers, outputOf } from "./parsers.js";

/** What a tree of files has at a path: the content of a file, or what a shell makes there, which has the path as `$1`. */
export type Entry = string | { readonly make: string };
/** Files by their paths. */
export type Tree = Readonly<Record<string, Entry>>;

/** What the gate says: file, line or null, reason. */
export type Fault = readonly [file: string | null, line: number | null, reason: string];

const library = "/usr/local/lib/puppet-code";
/** Where Puppet Server would find environments. */
export const environments = "/tmp/gate/environments";

/** Installs the gate for a user of its own, as deploys have one. */
export async function installGate(): Promise<void> {
  for (const [name, content] of Object.entries(renderMainLibrary())) {
    await inParsers(["install", "-D", "-m", "0644", "/dev/stdin", `${library}/${name}`], content);
  }
  await outputOf(
    `id puppet-code >/dev/null 2>&1 || useradd --system --user-group puppet-code; mkdir -p ${environments}`,
  );
}

/** Makes a tree in the parsers' container; gives its folder. */
export async function made(name: string, tree: Tree): Promise<string> {
  const folder = `/tmp/gate/${name}`;
  const script = `
    folder = ARGV.first
    FileUtils.rm_rf(folder)
    FileUtils.mkdir_p(folder)
    JSON.parse($stdin.read).each do |name, entry|
      path = File.join(folder, name)
      FileUtils.mkdir_p(File.dirname(path))
      if entry.is_a?(String)
        File.write(path, entry, perm: entry.start_with?("#!") ? 0o755 : 0o644)
      else
        system("sh", "-ec", entry["make"], "sh", path, exception: true)
      end
    end
    system("chown", "--recursive", "--no-dereference", "puppet-code:", folder, exception: true)`;
  const ruby = ["ruby", "-EUTF-8", "-rjson", "-rfileutils", "-e", script, folder];
  const { code, stderr } = await inParsers(ruby, JSON.stringify(tree));
  if (code !== 0) throw new Error(stderr);
  return folder;
}

/** What the gate says of a folder, and how long it took. */
export async function judged(
  folder: string,
  { before, conf = "", limits = "" }: { before?: string; conf?: string; limits?: string } = {},
): Promise<{ faults: Fault[]; ms: number }> {
  await inParsers(["install", "-D", "-m", "0644", "/dev/stdin", `${folder}.conf`], conf);
  const script = `
    require "json"
    require "${library}/gate"
    ${limits}
    folder, before = ARGV
    began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    faults = Gate.faults(folder, before: before, environment: "production", environments: "${environments}", conf: "#{folder}.conf")
    ms = ((Process.clock_gettime(Process::CLOCK_MONOTONIC) - began) * 1000).round
    puts JSON.generate("faults" => faults.map(&:to_a), "ms" => ms)`;
  const user = ["setpriv", "--reuid=puppet-code", "--regid=puppet-code", "--clear-groups"];
  const ruby = [
    "ruby",
    "--disable-gems",
    "-EUTF-8",
    "-e",
    script,
    folder,
    ...(before ? [before] : []),
  ];
  const { code, stdout, stderr } = await inParsers([...user, ...ruby]);
  if (code !== 0 || stderr !== "") throw new Error(`exit ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as { faults: Fault[]; ms: number };
}

/** What the gate says of a tree of its own. */
export async function faultsOf(
  name: string,
  tree: Tree,
  options: Parameters<typeof judged>[1] = {},
): Promise<Fault[]> {
  return (await judged(await made(name, tree), options)).faults;
}
