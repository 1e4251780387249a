import type { RawMessage } from "./raw.ts";

/** What a file's syntax, or its edition and the options below, say of fields. */
export interface Features {
  readonly presence: "explicit" | "implicit" | "required";
  readonly closedEnums: boolean;
  readonly packed: boolean;
  readonly checkedTexts: boolean;
  readonly delimited: boolean;
}

const proto2: Features = {
  ...{ presence: "explicit", closedEnums: true, packed: false },
  ...{ checkedTexts: false, delimited: false },
};
const proto3: Features = {
  ...{ presence: "implicit", closedEnums: false, packed: true },
  ...{ checkedTexts: true, delimited: false },
};

/** The features of a file that has no options of its own. */
export function syntaxFeatures(syntax: string | undefined): Features {
  if (syntax === "proto3") return proto3;
  return syntax === "editions" ? { ...proto3, presence: "explicit" } : proto2;
}

/** Features with those that a `FeatureSet` says otherwise. */
export function refined(features: Features, own: RawMessage): Features {
  const presence = ([undefined, "explicit", "implicit", "required"] as const)[own.number(1) ?? 0];
  const [enums, encoding, texts, messages] = [2, 3, 4, 5].map((field) => own.number(field));
  return {
    presence: presence ?? features.presence,
    closedEnums: enums === undefined ? features.closedEnums : enums === 2,
    packed: encoding === undefined ? features.packed : encoding === 1,
    checkedTexts: texts === undefined ? features.checkedTexts : texts === 2,
    delimited: messages === undefined ? features.delimited : messages === 2,
  };
}
