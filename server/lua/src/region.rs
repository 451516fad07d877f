//! The allocator of a Lua state: small objects lie at the same low 32 bits of address in every run, and memory is limited.
//!
//! Lua visits keys that are tables or functions in the order of their addresses' low 32 bits. So blocks of up to 1 KiB,
//! which every such object is, come from one region that starts at a multiple of 4 GiB: an area for each power of two,
//! handed out in order, freed blocks reused last in, first out. Larger blocks come from Rust's allocator.

use std::{
    alloc::{self, Layout},
    ffi::c_void,
    ptr,
};

use mlua::{Lua, Result, ffi};

use crate::reserve::{self, Reserved};

/// Sizes of the classes: 16, 32, ... 1024 bytes.
const N_CLASSES: usize = 7;
const SMALLEST: usize = 16;
const LARGEST: usize = SMALLEST << (N_CLASSES - 1);

/// Bytes of address space for each class.
const AREA: usize = reserve::SIZE / 8;

/// Bytes made usable at a time.
const STEP: usize = 1 << 20;

/// A Lua state and its memory.
pub struct Interpreter {
    // Dropped in this order: closing the state gives its blocks back.
    lua: Lua,
    state: Box<State>,
}

struct State {
    /// `None` where the system gives no address space; then only the limit works.
    reserved: Option<Reserved>,
    areas: [Area; N_CLASSES],
    used: usize,
    limit: usize,
    report: Option<Report>,
}

/// Hears how many bytes a large block is or has grown, or how many are in use when one is refused and all of them were
/// looked at for garbage. It runs inside the allocator: it must not allocate in Lua, nor panic.
pub type Report = Box<dyn Fn(usize)>;

#[derive(Clone, Copy)]
struct Area {
    /// Where the next block comes from that was never used.
    next: *mut u8,
    /// End of what is usable now, and of the area.
    usable: *mut u8,
    end: *mut u8,
    /// The block freed last; each holds the address of the one before.
    free: *mut u8,
}

impl Interpreter {
    /// Takes over the memory of a state that has run no script yet. More than `limit` bytes is an error in the script.
    pub fn new(lua: Lua, limit: usize) -> Result<Interpreter> {
        // mlua must know that allocations can fail, even when it cannot see our limit.
        lua.set_memory_limit(limit)?;
        let reserved = Reserved::new();
        let areas = std::array::from_fn(|class| Area::new(reserved.as_ref(), class));
        let mut state = Box::new(State {
            reserved,
            areas,
            used: lua.used_memory(),
            limit,
            report: None,
        });
        let data: *mut State = &mut *state;
        lua.exec_raw_lua(|raw| {
            // SAFETY: `allocate` treats the blocks that exist like its own large ones: both are Rust's, with the same layout.
            unsafe { ffi::lua_setallocf(raw.state(), allocate, data.cast()) }
        });
        Ok(Interpreter { lua, state })
    }

    /// The state. A clone of it must not outlive the interpreter.
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    /// Names who hears of large blocks: making one takes time that no instruction count sees.
    pub fn report_large_blocks(&mut self, report: Report) {
        self.state.report = Some(report);
    }

    /// Bytes in use.
    pub fn used(&self) -> usize {
        self.state.used
    }
}

impl Area {
    fn new(reserved: Option<&Reserved>, class: usize) -> Area {
        let start = reserved.map_or(ptr::null_mut(), |reserved| {
            reserved.base().wrapping_add(class * AREA)
        });
        let end = if reserved.is_some() {
            start.wrapping_add(AREA)
        } else {
            start
        };
        // The first block is left out, so that no object has an address whose low half is zero.
        let next = if reserved.is_some() {
            start.wrapping_add(LARGEST)
        } else {
            start
        };
        Area {
            next,
            usable: start,
            end,
            free: ptr::null_mut(),
        }
    }
}

/// The class that holds `size` bytes; `None` for large blocks.
fn class_of(size: usize) -> Option<usize> {
    (size <= LARGEST).then(|| {
        size.max(SMALLEST).next_power_of_two().trailing_zeros() as usize
            - SMALLEST.trailing_zeros() as usize
    })
}

impl State {
    /// The class of a block's area; `None` if it is not in the region.
    fn class_at(&self, block: *mut u8) -> Option<usize> {
        let base = self.reserved.as_ref()?.base();
        let offset = (block as usize).wrapping_sub(base as usize);
        (offset < N_CLASSES * AREA).then_some(offset / AREA)
    }

    fn report(&self, bytes: usize) {
        if let Some(report) = &self.report {
            report(bytes);
        }
    }

    unsafe fn take(&mut self, size: usize) -> *mut u8 {
        if let Some(class) = class_of(size) {
            let block = unsafe { self.take_small(class) };
            if !block.is_null() {
                return block;
            }
        }
        // SAFETY: the size is not zero.
        unsafe { alloc::alloc(layout(size)) }
    }

    unsafe fn take_small(&mut self, class: usize) -> *mut u8 {
        let size = SMALLEST << class;
        let area = &mut self.areas[class];
        if !area.free.is_null() {
            let block = area.free;
            // SAFETY: a free block of ours holds the address of the next one.
            area.free = unsafe { block.cast::<*mut u8>().read() };
            return block;
        }
        let block = area.next;
        let after = block.wrapping_add(size);
        if after > area.end || block.is_null() {
            return ptr::null_mut();
        }
        if after > area.usable {
            let committed = self
                .reserved
                .as_ref()
                .is_some_and(|reserved| reserved.commit(area.usable, STEP));
            if !committed {
                return ptr::null_mut();
            }
            area.usable = area.usable.wrapping_add(STEP);
        }
        area.next = after;
        block
    }

    unsafe fn give_back(&mut self, block: *mut u8, size: usize) {
        match self.class_at(block) {
            Some(class) => {
                // SAFETY: the block is free and at least 16 bytes.
                unsafe { block.cast::<*mut u8>().write(self.areas[class].free) };
                self.areas[class].free = block;
            }
            // SAFETY: it came from Rust's allocator with this layout, from us or from mlua.
            None => unsafe { alloc::dealloc(block, layout(size)) },
        }
    }

    unsafe fn resize(&mut self, block: *mut u8, old: usize, new: usize) -> *mut u8 {
        let class = self.class_at(block);
        if class.is_some() && class == class_of(new) {
            return block;
        }
        if class.is_none() && class_of(new).is_none() {
            // SAFETY: both sizes are those of blocks of Rust's allocator.
            return unsafe { alloc::realloc(block, layout(old), new) };
        }
        // SAFETY: the blocks do not overlap; both hold the smaller size.
        unsafe {
            let fresh = self.take(new);
            if !fresh.is_null() {
                ptr::copy_nonoverlapping(block, fresh, old.min(new));
                self.give_back(block, old);
            }
            fresh
        }
    }
}

fn layout(size: usize) -> Layout {
    // SAFETY: the alignment is a power of two, and Lua asks for less than half of the address space.
    unsafe { Layout::from_size_align_unchecked(size, ffi::SYS_MIN_ALIGN) }
}

/// What Lua calls to allocate, resize and free.
unsafe extern "C" fn allocate(
    data: *mut c_void,
    block: *mut c_void,
    old: usize,
    new: usize,
) -> *mut c_void {
    // SAFETY: Lua passes the data of `lua_setallocf`, its own blocks, and their sizes.
    unsafe {
        let state = &mut *data.cast::<State>();
        let block = block.cast::<u8>();
        // Without a block, `old` is the type of the new object.
        let old = if block.is_null() { 0 } else { old };
        if new == 0 {
            if !block.is_null() {
                state.used = state.used.saturating_sub(old);
                state.give_back(block, old);
            }
            return ptr::null_mut();
        }
        let used = state.used.saturating_sub(old).saturating_add(new);
        if new > old && used > state.limit {
            state.report(state.used);
            return ptr::null_mut();
        }
        let fresh = if block.is_null() {
            state.take(new)
        } else {
            state.resize(block, old, new)
        };
        if !fresh.is_null() {
            state.used = used;
            if new > old && new > LARGEST {
                state.report(new - old);
            }
        }
        fresh.cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Object keys come in one order, and memory that is freed is used again.
    #[test]
    fn object_keys_are_visited_in_one_order() -> Result<()> {
        let order = || -> Result<String> {
            let interpreter = Interpreter::new(Lua::new(), 64 << 20)?;
            let script = "local t = {} for i = 1, 100 do t[{}] = i t[function() return i end] = -i end
                local list = {} for _, v in pairs(t) do list[#list + 1] = v end return table.concat(list, ' ')";
            interpreter.lua().load(script).eval()
        };
        let first = order()?;
        for _ in 0..5 {
            assert_eq!(order()?, first);
        }
        Ok(())
    }

    /// The limit is an error that can be caught, and the state works on.
    #[test]
    fn memory_is_limited() -> Result<()> {
        let interpreter = Interpreter::new(Lua::new(), 8 << 20)?;
        let lua = interpreter.lua();
        let script = "local ok, why = pcall(function() local t = {} while true do t[#t + 1] = { #t } end end)
            collectgarbage() return tostring(ok) .. ' ' .. tostring(why)";
        assert_eq!(
            lua.load(script).eval::<String>()?,
            "false not enough memory"
        );
        assert!(interpreter.used() < 8 << 20);
        for _ in 0..20 {
            lua.load("local t = {} for i = 1, 10000 do t[i] = { ('x'):rep(i % 300) } end")
                .exec()?;
        }
        Ok(())
    }
}
