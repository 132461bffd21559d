import { setMaxListeners } from "node:events";
import type { EngineLog } from "./engine-log.js";
import type { OperationContext } from "./resource.js";

/** The running operations, which the engine can cancel all at once. */
export class Operations {
  readonly #cancel = new AbortController();

  constructor() {
    // There are one or more listeners for each running operation, without a limit.
    setMaxListeners(0, this.#cancel.signal);
  }

  cancelAll(): void {
    this.#cancel.abort(new Error("context canceled"));
  }

  /** Runs one operation with its log and its timeout in seconds, if it has one. */
  async run<T>(
    log: EngineLog,
    urn: string,
    timeoutSeconds: number,
    operation: (context: OperationContext) => Promise<T>,
  ): Promise<T> {
    const resourceLog = log.forResource(urn);
    const deadline = new AbortController();
    const timer =
      timeoutSeconds > 0
        ? setTimeout(
            () => deadline.abort(new Error("context deadline exceeded")),
            timeoutSeconds * 1000,
          )
        : undefined;
    const cancelled = this.#cancel.signal;
    try {
      return await operation({
        urn,
        log: resourceLog,
        cancelled,
        ended: AbortSignal.any([cancelled, deadline.signal]),
      });
    } finally {
      clearTimeout(timer);
      // The engine drops messages about a resource once its operation has ended.
      await resourceLog.flushed();
    }
  }
}
