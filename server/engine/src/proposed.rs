//! Every choice made where HALion's manual is silent, in one place; each cites the rule that proposes it.

/// One Controller tick in milliseconds (HALion semantics 12.1).
pub const CONTROLLER_TICK_MS: f64 = 20.0;

/// Time-out of one stretch of Controller work in milliseconds, until the script sets another (HALion semantics 4.18).
pub const CONTROLLER_TIME_OUT_MS: f64 = 5000.0;

/// Time-out of one stretch of Processor work in milliseconds, until the script sets another (HALion semantics 4.18).
pub const PROCESSOR_TIME_OUT_MS: f64 = 1000.0;

/// Lua instructions that count as one millisecond of the time-out meter (HALion semantics 12.4): a desktop computer runs
/// 100 to 500 million a second, so an endless loop ends here no later than HALion would end it.
pub const INSTRUCTIONS_PER_MS: f64 = 100_000.0;

/// Bytes of a large string or table that count as one Lua instruction to the time-out meter: filling memory takes time, too.
pub const BYTES_PER_INSTRUCTION: usize = 8;

/// Lua instructions that one call of a function of HALion, or of `print`, counts as: time inside API calls counts, too (HALion
/// semantics 4.19).
pub const INSTRUCTIONS_PER_CALL: i64 = 2_000;

/// What a script that runs out of time is told (HALion semantics 4.18, a third party's report).
pub const TIME_OUT_MESSAGE: &str = "Script time out";

/// Memory one script may hold, in bytes, before it gets a script error.
pub const MEMORY_LIMIT: usize = 256 << 20;

/// Virtual milliseconds a run lasts at most when nobody names an end.
pub const RUN_LIMIT_MS: f64 = 10_000.0;

/// Beats per minute that `waitBeat` assumes when no tempo is known (HALion semantics 4.2).
pub const FALLBACK_TEMPO: f64 = 120.0;

/// What `messageBox` answers without a person to ask: the first button (HALion semantics 11.7).
pub const MESSAGE_BOX_ANSWER: &str = "button1";

/// Bytes by which the memory that is set aside for a script grows (`getAllocatedMemory`; the manual names no size).
pub const MEMORY_STEP: usize = 1 << 20;

/// `os.time` at sample 0: midnight of 1 January 2024, UTC, so that runs are alike on every day.
pub const EPOCH_SECONDS: f64 = 1_704_067_200.0;

/// What the script is told about its surroundings (HALion semantics 8.6).
pub const PRODUCT_NAME: &str = "HALion";
/// Version of the simulated product (HALion semantics 8.6).
pub const PRODUCT_VERSION: &str = "7.1.0";
/// Version of the simulated script engine (HALion semantics 8.6).
pub const SCRIPT_VERSION: &str = "7.1.0";
/// Name of the simulated host (HALion semantics 8.6).
pub const HOST_NAME: &str = "halion-script";
/// Version of the simulated host (HALion semantics 8.6).
pub const HOST_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Task starts and resumes in one audio block at most; beyond it, tasks that spawn each other without waiting count as an
/// endless loop and end with [`TIME_OUT_MESSAGE`].
pub const STEPS_PER_BLOCK: u32 = 100_000;

/// Index of the slot the program sits in when a scenario names none (HALion semantics 7.5; the manual does not say where slots
/// count from).
pub const SLOT_INDEX: u32 = 0;

/// Values in all that a script may have stored by one `onSave`; the manual names no limit (HALion semantics 3.3).
pub const STORED_VALUES: usize = 100_000;

/// How deep tables to be stored may lie inside each other.
pub const STORED_DEPTH: usize = 100;

/// The user's Steinberg folder, as `getUserPresetPath` and `getUserSubPresetPath` begin; it lies in the sandbox.
pub const STEINBERG_FOLDER: &str = "C:/Users/User/Documents/Steinberg";

/// Most elements that a plug-in and everything a script keeps beside it may have; beyond it a script gets an error.
pub const MOST_ELEMENTS: usize = 100_000;

/// The `moduleType` of a script module; the manual does not name it.
pub const SCRIPT_MODULE_TYPE: &str = "MIDI Script";

/// Controller steps that a background load takes (HALion semantics 9.12): a script that polls sees it on its way once.
pub const LOAD_STEPS: u32 = 2;

/// How many seconds of sound one second of background analysis works through (HALion semantics 9.13; the manual names no speed).
pub const ANALYSIS_SPEED: f64 = 20.0;

/// The `error` of a background load that the script has cancelled (HALion semantics 9.12; the manual does not name it).
pub const LOAD_CANCELLED: &str = "cancelled";

/// Index of the last slot a scenario may name.
pub const LAST_SLOT: u32 = 63;

/// Percent of an assignment's curve that double the bend of a quick control; the manual does not tell the curve's form.
pub const CURVE_DOUBLING: f64 = 50.0;

/// Entries of the undo history that are kept.
pub const UNDO_STEPS: usize = 1_000;

/// Voices of the plug-in (`getVoices`), unless the scenario says otherwise; the manual names no number.
pub const VOICES: u32 = 128;

/// Milliseconds for which the voices of a released note go on sounding. Real zones decay as their amplifier envelope says.
pub const RELEASE_MS: f64 = 100.0;

/// Milliseconds of the plug-in's own smoothing, which `changeVolume` and the like use unless they are told otherwise (HALion
/// semantics 5.10).
pub const SMOOTHING_MS: f64 = 10.0;

/// Incoming notes that a script keeps back and may still post with their own id (HALion semantics 5.2); beyond it the oldest get a
/// new one, so that memory stays bounded.
pub const UNPOSTED_NOTES: usize = 4096;
