import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { TLSSocket } from "node:tls";
import type { Authority } from "./certificates.js";
import { serviceDirectory, type ServiceConfig } from "./foreman-service.js";

export interface LocalService {
  port: number;
  controlPort: number;
  stop(): Promise<void>;
}

/** Runs the service on this machine with the certificate of that name. */
export async function startService(
  authority: Authority,
  name: string,
  user: { user: string; password: string },
): Promise<LocalService> {
  const config: ServiceConfig = {
    address: "127.0.0.1",
    port: 0,
    controlPort: 0,
    certificate: authority.path(`${name}.pem`),
    key: authority.path(`${name}.key`),
    ca: authority.path("ca.pem"),
    crl: authority.path("crl.pem"),
    ...user,
  };
  writeFileSync(authority.path("service.json"), JSON.stringify(config));
  const child = spawn("python3", ["-B", serviceDirectory, authority.path("service.json")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const problems: string[] = [];
  child.stderr.on("data", (text: Buffer) => problems.push(text.toString()));
  for await (const line of createInterface(child.stdout)) {
    const ports = JSON.parse(line) as { port: number; controlPort: number };
    return {
      ...ports,
      async stop() {
        const ended = once(child, "exit");
        child.kill();
        await ended;
      },
    };
  }
  throw new Error(problems.join(""));
}

/** A stand-in smart proxy's answers, by path. */
export type ProxyAnswers = Record<string, unknown>;

/** A smart proxy that requires client certificates. */
export async function startProxy(
  authority: Authority,
  name: string,
  answers: ProxyAnswers,
): Promise<{ port: number; server: Server; clients: string[] }> {
  const clients: string[] = [];
  const server = createServer(
    {
      ca: readFileSync(authority.path("ca.pem")),
      cert: readFileSync(authority.path(`${name}.pem`)),
      key: readFileSync(authority.path(`${name}.key`)),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      const { socket } = request;
      if (socket instanceof TLSSocket) clients.push(String(socket.getPeerCertificate().subject.CN));
      const answer = answers[request.url ?? ""];
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(JSON.stringify(answer ?? ""));
    },
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, server, clients };
}
