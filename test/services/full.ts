/** Whether counts are the full ones: `npm run test:soak` says so. */
const full = process.env["MILLRACE_SOAK"] === "true";

/** A count: of the soak, or of every run. */
export const countOf = (soak: number, always: number): number => (full ? soak : always);
