import { readFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as tlsRequest, type RequestOptions } from "node:https";

export interface Answer {
  status: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
  /** The answer's text, which must be JSON. */
  json: unknown;
}

export interface Call {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Files of the client's certificate. */
  as?: { cert: string; key: string };
  /** `name:password` of an API user. */
  user?: string;
  maxVersion?: "TLSv1.1" | "TLSv1.2";
}

/** One request in its own connection. A string body is sent unchanged. */
export async function call(url: string, ca: string | undefined, options: Call): Promise<Answer> {
  const { body } = options;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const settings: RequestOptions = {
    agent: false,
    method: options.method ?? (body === undefined ? "GET" : "POST"),
    auth: options.user,
    headers: { "content-type": "application/json", ...options.headers },
    ca: ca === undefined ? undefined : readFileSync(ca),
    cert: options.as && readFileSync(options.as.cert),
    key: options.as && readFileSync(options.as.key),
    // OpenSSL offers old versions only at its lowest security level.
    ...(options.maxVersion && {
      minVersion: "TLSv1",
      maxVersion: options.maxVersion,
      ciphers: "DEFAULT@SECLEVEL=0",
    }),
  };
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? tlsRequest : plainRequest;
    const sent = send(url, settings, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        const received = Buffer.concat(parts).toString();
        resolve({
          status: answer.statusCode ?? 0,
          text: received,
          headers: answer.headers,
          get json(): unknown {
            return JSON.parse(received) as unknown;
          },
        });
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}
