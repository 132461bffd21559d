import { basename } from "node:path";
import { hostChangesOf, type HostFile } from "./host-state.js";
import { settingsIn } from "./puppet-conf.js";
import type { Rule } from "./rule.js";

/** A certificate gives access to secrets, so an autosign policy or a person must decide on each request. */
export const autosignNeverNaive: Rule = {
  name: "autosign-never-naive",
  description: "Certificates are signed by an autosign policy or by hand, never for every request.",
  violations: (subject) => {
    const { files, scripts } = hostChangesOf(subject);
    const faults = [
      ...files.flatMap((file) => faultsOf(file, files)),
      ...scripts.flatMap((script) => faultsInScript(script).map((fault) => `a command ${fault}`)),
    ];
    return [...new Set(faults)].map((fault) => `${subject.name}: ${fault}`);
  },
};

function faultsOf(file: HostFile, files: readonly HostFile[]): string[] {
  switch (basename(file.path)) {
    case "puppet.conf":
      return settingsIn(file.content)
        .filter(({ name }) => name === "autosign")
        .flatMap(({ section, value }) =>
          faultsOfSetting(value, files).map((fault) => `[${section}] of ${file.path} ${fault}`),
        );
    case "autosign.conf":
      return lines(file.content).some((line) => line.startsWith("*"))
        ? [
            `${file.path} signs every request with a matching name; write FQDNs, or use an autosign policy.`,
          ]
        : [];
    default:
      return faultsInScript(file.content).map((fault) => `${file.path} ${fault}`);
  }
}

function faultsOfSetting(value: string, files: readonly HostFile[]): string[] {
  if (value === "false") return [];
  if (value.toLowerCase() === "true") {
    return ["signs every request; set autosign to the path of an autosign policy, or to false."];
  }
  // To Puppet, a file that is not executable is a list of names.
  const policy = files.find(({ path }) => path === value);
  return value.startsWith("/") && policy !== undefined && isExecutable(policy.mode)
    ? []
    : [
        "sets autosign to something other than a policy; write the absolute path of an executable file in the same host state, or false.",
      ];
}

function isExecutable(mode: string): boolean {
  return /^[0-7]+$/.test(mode) ? (Number.parseInt(mode, 8) & 0o111) !== 0 : mode.includes("x");
}

/** What a script must not do, in any language; comments may mention it. */
function faultsInScript(script: string): string[] {
  const text = lines(script.replaceAll("\\\n", " ")).join("\n");
  const faults: string[] = [];
  if (/\bautosign['"]?[ \t]*[= \t][ \t]*['"]?true\b/i.test(text)) {
    faults.push(
      "has every request signed; set autosign to the path of an autosign policy, or to false.",
    );
  }
  if (/\b(ca|cert)[ \t]+sign\b[^\n;|&]*[ \t]--all\b/.test(text)) {
    faults.push("signs all requests at once; name each one with --certname.");
  }
  if (/\*[^\n]*(>|\btee\b)[^\n]*\bautosign\.conf\b/.test(text)) {
    faults.push("writes a pattern into autosign.conf; write FQDNs, or use an autosign policy.");
  }
  return faults;
}

/** The lines of a text, without empty lines and comments. */
function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
