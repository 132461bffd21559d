import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { Plugin } from "./resource.js";
import { providerService } from "./service.js";

/** Inputs and outputs can contain whole files; this is the engine's own limit. */
const maxMessageBytes = 400 * 1024 * 1024;

/** Serves the plugin to the engine that started this process, as long as that engine runs. */
export function serve(plugin: Plugin): void {
  // The engine's address comes last, after options for the plugin's own logging and tracing.
  const engineAddress = process.argv.at(-1) ?? "";
  serveToEngine(providerRpc.ResourceProviderService, providerService(plugin, engineAddress));
}

/** Serves one service to the engine that started this process, as long as that engine runs. */
export function serveToEngine(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
): void {
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(definition, implementation);
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // The engine reads the port from the first line.
    process.stdout.write(`${port}\n`);
  });
  exitWithEngine();
}

/** A killed engine cannot stop its plugins: they notice that they have a new parent. */
function exitWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 2000).unref();
}
