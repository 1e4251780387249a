import { intercept } from "./intercept.ts";

/** What every call fails with once the process is meant to be dead. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  constructor() {
    super("The simulated process has stopped");
  }
}

/** Which calls go wrong, counted from 1 over everything that shares the `Faults`. */
export interface FaultPlan {
  /** The process dies at this call; it and all later ones fail with a StoppedError. */
  readonly stopAt?: number;
  /** Whether that call still takes effect before the process dies. Default: false. */
  readonly takesEffect?: boolean;
  /** These calls fail with `failure`, and the process goes on. */
  readonly failAt?: readonly number[];
  /** Default: EIO, as a broken disk gives it. */
  readonly failure?: Error;
}

/** The count of calls so far, and whether the process has stopped. */
export interface Faults {
  readonly plan: FaultPlan;
  calls: number;
  stopped: boolean;
}

export function faultsOf(plan: FaultPlan): Faults {
  return { plan, calls: 0, stopped: false };
}

/** A store or a disk whose calls go wrong as planned. */
export function withFaults<T extends object>(target: T, faults: Faults): T {
  const { stopAt, takesEffect = false, failAt = [], failure = brokenDisk() } = faults.plan;
  return intercept(target, async (_, run) => {
    if (faults.stopped) throw new StoppedError();
    faults.calls += 1;
    if (faults.calls === stopAt) {
      faults.stopped = true;
      if (takesEffect) await run().catch(() => undefined);
      throw new StoppedError();
    }
    if (failAt.includes(faults.calls)) throw failure;
    return await run();
  });
}

function brokenDisk(): Error {
  return Object.assign(new Error("EIO: i/o error"), { errno: -5, code: "EIO", syscall: "write" });
}
