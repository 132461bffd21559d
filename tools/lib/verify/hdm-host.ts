import { shellWord } from "../../../hosts/shell-word.js";
import { hdmCertificateFile, hdmFiles, hdmTlsPort } from "../../../templates/hdm/hdm.js";
import type { RemoteHost } from "../remote.js";
import { lastLine } from "./checks.js";

/** A deployed HDM. */
export interface HdmDeployment {
  readonly host: RemoteHost;
  /** Folder with the host's Puppet certificates. */
  readonly ssldir: string;
  /** Certificate from the settings; by default the host's own. */
  readonly certificate?: string | undefined;
}

/** An HTTP answer; the status is 0 if there is none. */
export interface HttpAnswer {
  readonly status: number;
  /** Path that it redirects to. */
  readonly redirect: string;
  readonly body: string;
  /** Why there is no answer. */
  readonly reason: string;
}

/** Queries HDM and PuppetDB from HDM's host. */
export class HdmHost {
  /** URL with the host's own name. */
  readonly url: string;

  constructor(private readonly deployment: HdmDeployment) {
    this.url = `https://${deployment.host.fqdn}`;
  }

  /** Requests HDM's login page, and verifies the certificate as a browser does. */
  handshake(): Promise<HttpAnswer> {
    const { ssldir, certificate } = this.deployment;
    const trusted = certificate === undefined ? ["--cacert", `${ssldir}/certs/ca.pem`] : [];
    return this.curl([...trusted, "--tlsv1.2", ...this.here, `${this.url}/login`]);
  }

  /** The same with TLS versions that HDM must refuse. */
  oldHandshake(): Promise<HttpAnswer> {
    // OpenSSL offers them only at its lowest security level.
    const old = ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", "--insecure"];
    return this.curl([...old, ...this.here, `${this.url}/login`]);
  }

  /**
   * Requests a path from HDM.
   *
   * @param credentials `NAME:PASSWORD`
   */
  get(path: string, credentials?: string): Promise<HttpAnswer> {
    const words = ["--cacert", hdmCertificateFile, ...this.here];
    // Not on the command line, which every user of the host can read.
    const stdin = credentials && `user = "${credentials.replaceAll(/["\\]/g, "\\$&")}"\n`;
    const given = stdin === undefined ? [] : ["--config", "-"];
    return this.curl([...words, ...given, `${this.url}${path}`], stdin);
  }

  /** Queries PuppetDB as HDM does, or sends it something. */
  puppetdb(url: string, body?: string): Promise<HttpAnswer> {
    const { key, certificate, ca } = hdmFiles;
    const sent =
      body === undefined ? [] : ["--data", body, "--header", "Content-Type: application/json"];
    return this.curl(["--cacert", ca, "--cert", certificate, "--key", key, ...sent, url]);
  }

  /** HAProxy on this host, whatever its name resolves to. */
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
      // After it, curl prints some lines about certificates.
      reason: /^curl: \(\d+\) (.*)$/m.exec(stderr)?.[1] ?? lastLine(stderr),
    };
  }
}
