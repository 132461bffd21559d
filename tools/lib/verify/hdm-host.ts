import { shellWord } from "../../../hosts/shell-word.js";
import { hdmCertificateFile, hdmFiles, hdmTlsPort } from "../../../templates/hdm/hdm.js";
import type { RemoteHost } from "../remote.js";
import { lastLine } from "./checks.js";

/** HDM as it is deployed. */
export interface HdmDeployment {
  readonly host: RemoteHost;
  /** Folder of the host's certificates by Puppet. */
  readonly ssldir: string;
  /** Certificate of the settings; without one it is the host's own. */
  readonly certificate?: string | undefined;
}

/** An answer over HTTP; the status is 0 where there is none. */
export interface HttpAnswer {
  readonly status: number;
  /** Path that it leads to. */
  readonly redirect: string;
  readonly body: string;
  /** Why there is no answer. */
  readonly reason: string;
}

/** Asks HDM and PuppetDB from HDM's host. */
export class HdmHost {
  /** Address by the host's own name. */
  readonly url: string;

  constructor(private readonly deployment: HdmDeployment) {
    this.url = `https://${deployment.host.fqdn}`;
  }

  /** Asks HDM, at the log-in, whose certificate has to be as browsers are to see it. */
  handshake(): Promise<HttpAnswer> {
    const { ssldir, certificate } = this.deployment;
    const trusted = certificate === undefined ? ["--cacert", `${ssldir}/certs/ca.pem`] : [];
    return this.curl([...trusted, "--tlsv1.2", ...this.here, `${this.url}/login`]);
  }

  /** The same with TLS that HDM must not take. */
  oldHandshake(): Promise<HttpAnswer> {
    // OpenSSL offers it at its lowest level of security only.
    const old = ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", "--insecure"];
    return this.curl([...old, ...this.here, `${this.url}/login`]);
  }

  /**
   * Asks HDM for a path.
   *
   * @param credentials `NAME:PASSWORD`
   */
  get(path: string, credentials?: string): Promise<HttpAnswer> {
    const words = ["--cacert", hdmCertificateFile, ...this.here];
    // On no command line, which every user of the host can read.
    const stdin = credentials && `user = "${credentials.replaceAll(/["\\]/g, "\\$&")}"\n`;
    const given = stdin === undefined ? [] : ["--config", "-"];
    return this.curl([...words, ...given, `${this.url}${path}`], stdin);
  }

  /** Asks PuppetDB, as HDM does, or sends it something. */
  puppetdb(url: string, body?: string): Promise<HttpAnswer> {
    const { key, certificate, ca } = hdmFiles;
    const sent =
      body === undefined ? [] : ["--data", body, "--header", "Content-Type: application/json"];
    return this.curl(["--cacert", ca, "--cert", certificate, "--key", key, ...sent, url]);
  }

  /** HAProxy of this host, whatever its name leads to. */
  private get here(): string[] {
    const { fqdn } = this.deployment.host;
    return ["--connect-to", `${fqdn}:${hdmTlsPort}:127.0.0.1:${hdmTlsPort}`];
  }

  private async curl(words: readonly string[], stdin?: string): Promise<HttpAnswer> {
    const always = ["--silent", "--show-error", "--noproxy", "*", "--max-time", "60"];
    const command = ["curl", ...always, "--write-out", "\n%{http_code} %{redirect_url}", ...words];
    const { code, stdout, stderr } = await this.deployment.host.run(
      command.map(shellWord).join(" "),
      { stdin },
    );
    const [, body = "", status = "0", url = ""] = /^([^]*)\n(\d+) (\S*)$/.exec(stdout) ?? [];
    return {
      status: code === 0 ? Number(status) : 0,
      redirect: URL.canParse(url) ? new URL(url).pathname : "",
      body,
      // It goes on for some lines about certificates.
      reason: /^curl: \(\d+\) (.*)$/m.exec(stderr)?.[1] ?? lastLine(stderr),
    };
  }
}
