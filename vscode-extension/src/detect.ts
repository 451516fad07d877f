//! Decides whether Lua text is a HALion script, so that other Lua projects are left alone. Imports nothing of VS Code.

/** Callbacks that HALion calls by name. `onLoad` and `onSave` alone are too common elsewhere to count. */
export const CALLBACKS = [
  "onAfterTouch",
  "onController",
  "onIdle",
  "onInit",
  "onLoadIntoSlot",
  "onLoadSubPreset",
  "onNote",
  "onNoteExpression",
  "onPitchBend",
  "onRelease",
  "onRemoveFromSlot",
  "onRetrigger",
  "onSaveSubPreset",
  "onTriggerPad",
  "onUnhandledEvent",
  "calcModulation",
];

/** Functions that hardly any other Lua host has. */
export const FUNCTIONS = [
  "assignAutomation",
  "changeVolumedB",
  "defineModulation",
  "defineParameter",
  "defineSlotLocal",
  "getContext",
  "getKeyProperties",
  "getKeySwitches",
  "isNoteHeld",
  "loadPresetAsync",
  "playTriggerPad",
  "postEvent",
  "readMidiFile",
  "releaseVoice",
  "runAsync",
  "runSync",
  "setScriptExecTimeOut",
  "startUndoBlock",
  "waitBeat",
  "waitForRelease",
  "writeMidiFile",
];

const PATTERN = new RegExp(
  [
    `^[ \\t]*(?:function[ \\t]+(?:${CALLBACKS.join("|")})[ \\t]*\\(|(?:${CALLBACKS.join("|")})[ \\t]*=[ \\t]*function\\b)`,
    `(?<![.:\\w])(?:${FUNCTIONS.join("|")})[ \\t]*[({"']`,
    `(?<![.:\\w])this[.:](?:parent|program|getParameter|setParameter|findZones|findLayers|parameterDefinitions)\\b`,
  ].join("|"),
  "m",
);

/** Whether the text uses HALion's callbacks or functions. Linear in the text, which is cut at 256 kB. */
export function looksLikeHalion(text: string): boolean {
  return PATTERN.test(text.slice(0, 262_144));
}

/** What `halionScript.enable` and the workspace say together. */
export function shouldServe(enable: "auto" | "on" | "off", evidence: { text: string; halionFolder: boolean }): boolean {
  if (enable !== "auto") return enable === "on";
  return evidence.halionFolder || looksLikeHalion(evidence.text);
}
