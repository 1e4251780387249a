import assert from "node:assert/strict";
import { inject, test } from "vitest";
import { storeSuite } from "../../../src/conformance/store.ts";
import { azureSubject } from "./azure-subject.ts";

const server = inject("azure");

if (!("missing" in server)) storeSuite({ test, assert }, () => azureSubject(server));
else test.skip(server.missing, () => undefined);
