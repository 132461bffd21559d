import { setMaxListeners } from "node:events";
import type { EngineLog } from "./engine-log.js";
import type { OperationContext } from "./resource.js";

/** The operations under way, which the engine can cancel all at once. */
export class Operations {
  readonly #cancel = new AbortController();

  constructor() {
    // One listener or more for each operation under way, as many as there are.
    setMaxListeners(0, this.#cancel.signal);
  }

  cancelAll(): void {
    this.#cancel.abort(new Error("context canceled"));
  }

  /** Runs one operation with its log and, if it has one, its time-out in seconds. */
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
      // The engine drops messages about a resource whose operation is over.
      await resourceLog.flushed();
    }
  }
}
