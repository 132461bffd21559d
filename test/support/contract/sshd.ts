import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import ssh2 from "ssh2";
import { startTestContainer } from "../containers.js";

export interface SshServer {
  host: string;
  port: number;
  user: string;
  privateKey: string;
  /** The server's public key. */
  hostKey: string;
  /** A public key that is not the server's. */
  otherHostKey: string;
  /** Runs a shell command on the server, through its container, and returns the output. */
  run(command: string): Promise<string>;
  stop(): Promise<void>;
}

/** The variables that the server accepts from its clients. */
const acceptedVariables = "CONTRACT_ACCEPTED PULUMI_COMMAND_STDOUT";

/** Reads from standard input: the authorized key, on one line, then the server's own key. */
const startScript = `
umask 077
mkdir -p /root/.ssh
IFS= read -r key && printf '%s\\n' "$key" > /root/.ssh/authorized_keys
cat > /etc/ssh/ssh_host_ed25519_key
echo 'AcceptEnv ${acceptedVariables}' > /etc/ssh/sshd_config.d/contract.conf
systemctl start ssh
`;

/**
 * Starts OpenSSH's server in a container.
 *
 * @param name distinguishes the servers of this suite's files
 */
export async function startSshd(name: string): Promise<SshServer> {
  const [user, host, otherHost] = [newKey(), newKey(), newKey()];
  const container = await startTestContainer(`sshd-${name}`, { ports: [22] });
  const execute = async (command: string, stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await container.exec(["sh", "-c", command], { stdin });
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  };
  try {
    await execute(startScript, `${user.public}\n${host.private}`);
    const port = await container.port(22);
    await answers("127.0.0.1", port);
    return {
      host: "127.0.0.1",
      port,
      user: "root",
      privateKey: user.private,
      hostKey: host.public,
      otherHostKey: otherHost.public,
      run: execute,
      stop: () => container.remove(),
    };
  } catch (error) {
    await container.remove();
    throw error;
  }
}

function newKey(): { private: string; public: string } {
  return ssh2.utils.generateKeyPairSync("ed25519");
}

/** Waits until the server sends its greeting. */
async function answers(host: string, port: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await greets(host, port))) {
    if (Date.now() > deadline) throw new Error(`no SSH server answers at ${host}:${port}`);
    await pause(50);
  }
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const finish = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once("data", (data) => finish(data.toString().startsWith("SSH-")));
    socket.once("error", () => finish(false));
    socket.once("end", () => finish(false));
    socket.once("timeout", () => finish(false));
  });
}
