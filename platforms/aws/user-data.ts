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
    ...(sessionManager === undefined ? {} : { runcmd: installAgent(sessionManager) }),
  };
  return `#cloud-config\n${dump(config, { lineWidth: -1 })}`;
}

/** Debian's images do not have Session Manager's agent; Amazon provides its package in each region. */
function installAgent({
  region,
  architecture,
}: {
  region: string;
  architecture: string;
}): string[][] {
  const file = "/run/amazon-ssm-agent.deb";
  const url = `https://s3.${region}.amazonaws.com/amazon-ssm-${region}/latest/debian_${architecture}/amazon-ssm-agent.deb`;
  return [
    ["curl", "--fail", "--silent", "--show-error", "--retry", "5", "--output", file, url],
    ["dpkg", "--install", file],
    ["systemctl", "enable", "--now", "amazon-ssm-agent"],
  ];
}
