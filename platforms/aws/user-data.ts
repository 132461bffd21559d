import { readFileSync } from "node:fs";
import { dump } from "js-yaml";

/** What an instance needs at its first boot. */
export interface UserData {
  fqdn: string;
  /** The host's SSH key pair, which Pulumi knows before the first connection. */
  hostKey: { private: string; public: string };
  /** Region and architecture, if Session Manager is used to connect to the instance. */
  sessionManager: { region: string; architecture: string } | undefined;
}

/** Renders the user data of an instance for cloud-init. */
export function renderUserData({ fqdn, hostKey, sessionManager }: UserData): string {
  const config = {
    hostname: fqdn.split(".")[0],
    fqdn,
    prefer_fqdn_over_hostname: true,
    manage_etc_hosts: "localhost",
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public.trim() },
    disable_root: true,
    ...(sessionManager === undefined ? {} : agentOf(sessionManager)),
  };
  return `#cloud-config\n${dump(config, { lineWidth: -1 })}`;
}

/** Folder of the script that installs Session Manager's agent, until the next boot. */
const folder = "/run/ssm-agent";

/** Amazon's signatures, also that of the key itself, are made with SHA-1, which sqv accepts only if it is told to. */
const policy = `[hash_algorithms]
sha1.collision_resistance = "always"
sha1.second_preimage_resistance = "always"
`;

/** Debian's images do not have Session Manager's agent; Amazon provides its package in each region, and signs it. */
function agentOf({ region, architecture }: { region: string; architecture: string }) {
  const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
  return {
    write_files: [
      // From Amazon's guide "Verifying the signature of SSM Agent": 1C5B395CBE5E74E2F1CA21592784DBF388D19D46, which
      // expires on 25 November 2027. It is part of the user data, so that no server can supply another.
      { path: `${folder}/key.gpg`, encoding: "b64", content: unarmored(read("ssm-agent-key.asc")) },
      { path: `${folder}/policy.toml`, content: policy },
      { path: `${folder}/install.sh`, content: read("ssm-agent.sh") },
    ],
    runcmd: [["sh", `${folder}/install.sh`, region, architecture]],
  };
}

/** The Base64 of an armoured key, without its headers and its checksum: gpgv reads only the binary form. */
function unarmored(key: string): string {
  const [, body = ""] = /\n\n([A-Za-z0-9+/=\n]+?)\n=/.exec(key) ?? [];
  return body.replaceAll("\n", "");
}
