/**
 * The application whose transactions COPY INTO commits with: its version says which list of loaded
 * files counts. Checkpoints never forget it, however old it is: the files would be loaded again.
 */
export const copyAppId = "millrace.copy-into";
