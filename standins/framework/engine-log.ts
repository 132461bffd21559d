import { type Client, credentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import type { ResourceLog } from "./resource.js";

const { DEBUG, INFO, WARNING, ERROR } = engineMessages.LogSeverity;
type Severity = (typeof engineMessages.LogSeverity)[keyof typeof engineMessages.LogSeverity];

/** The engine's log, at the address that the engine gives to a plugin at start or on Attach. */
export class EngineLog {
  readonly #client: InstanceType<typeof engineService.EngineClient>;

  constructor(address: string) {
    this.#client = new engineService.EngineClient(address, credentials.createInsecure());
  }

  /** The log of one operation; `flushed` resolves once the engine has received all messages. */
  forResource(urn: string): ResourceLog & { flushed(): Promise<void> } {
    // One message at a time: concurrent calls could overtake each other.
    let last = Promise.resolve();
    const queue = (severity: Severity, message: string, ephemeral: boolean): void => {
      last = last.then(() => this.#send(severity, message, urn, ephemeral));
    };
    return {
      infoStatus: (message) => queue(INFO, message, true),
      debug: (message) => queue(DEBUG, message, false),
      warning: (message) => queue(WARNING, message, false),
      error: (message) => queue(ERROR, message, false),
      flushed: () => last,
    };
  }

  #send(severity: Severity, message: string, urn: string, ephemeral: boolean): Promise<void> {
    const request = new engineMessages.LogRequest();
    request.setSeverity(severity);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    // A log message that cannot be delivered must not fail its operation.
    return new Promise((resolve) => this.#client.log(request, () => resolve()));
  }

  close(): void {
    (this.#client as Client).close();
  }
}
