//! What the suite in the extension host reports to the test outside.

import type { Message } from "./schema.ts";

export interface HostReport {
  steps: { name: string; ms: number; problem?: string }[];
  /** Every message of the debug adapter protocol that VS Code sent or received. */
  messages: Message[];
  /** What the output channel "HALion Script Trace" holds; filled in by the test outside. */
  trace: string;
}
