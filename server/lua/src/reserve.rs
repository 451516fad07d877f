//! Reserves address space without using memory.
//!
//! Invariant: the base is a multiple of 4 GiB, because Lua hashes objects by the low 32 bits of their address.

use std::ptr::NonNull;

/// Bytes of a reservation, and its alignment.
pub(crate) const SIZE: usize = 1 << 32;

/// A reserved piece of address space.
pub(crate) struct Reserved {
    base: NonNull<u8>,
    /// What the system gave, which is larger than what is used.
    #[cfg_attr(windows, allow(dead_code))]
    whole: (*mut u8, usize),
}

impl Reserved {
    /// Start of the reserved bytes.
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    fn within(whole: *mut u8, size: usize) -> Option<Reserved> {
        let offset = whole.align_offset(SIZE);
        let base = NonNull::new(whole.wrapping_add(offset))?;
        Some(Reserved {
            base,
            whole: (whole, size),
        })
    }
}

#[cfg(all(unix, target_pointer_width = "64"))]
mod system {
    use super::{Reserved, SIZE};

    impl Reserved {
        /// Asks the system; `None` if it refuses.
        pub fn new() -> Option<Reserved> {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            // SAFETY: a fresh private mapping touches nothing that exists.
            let whole =
                unsafe { libc::mmap(std::ptr::null_mut(), 2 * SIZE, protection, flags, -1, 0) };
            if whole == libc::MAP_FAILED {
                return None;
            }
            Reserved::within(whole.cast(), 2 * SIZE)
        }

        /// Makes bytes usable; a mapping is usable as it is.
        pub fn commit(&self, _from: *mut u8, _size: usize) -> bool {
            true
        }
    }

    impl Drop for Reserved {
        fn drop(&mut self) {
            // SAFETY: the mapping is ours, and whoever used it is gone.
            unsafe { libc::munmap(self.whole.0.cast(), self.whole.1) };
        }
    }
}

#[cfg(all(windows, target_pointer_width = "64"))]
mod system {
    use std::ffi::c_void;

    use super::{Reserved, SIZE};

    const MEM_COMMIT: u32 = 0x1000;
    const MEM_RESERVE: u32 = 0x2000;
    const MEM_RELEASE: u32 = 0x8000;
    const PAGE_READWRITE: u32 = 4;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn VirtualAlloc(
            address: *mut c_void,
            size: usize,
            kind: u32,
            protection: u32,
        ) -> *mut c_void;
        fn VirtualFree(address: *mut c_void, size: usize, kind: u32) -> i32;
    }

    impl Reserved {
        /// Asks the system; `None` if it refuses.
        pub fn new() -> Option<Reserved> {
            // SAFETY: reserving touches nothing that exists.
            let whole = unsafe {
                VirtualAlloc(std::ptr::null_mut(), 2 * SIZE, MEM_RESERVE, PAGE_READWRITE)
            };
            if whole.is_null() {
                return None;
            }
            Reserved::within(whole.cast(), 2 * SIZE)
        }

        /// Makes bytes usable; committing twice is harmless.
        pub fn commit(&self, from: *mut u8, size: usize) -> bool {
            // SAFETY: the bytes lie inside the reservation.
            unsafe { !VirtualAlloc(from.cast(), size, MEM_COMMIT, PAGE_READWRITE).is_null() }
        }
    }

    impl Drop for Reserved {
        fn drop(&mut self) {
            // SAFETY: the reservation is ours, and whoever used it is gone.
            unsafe { VirtualFree(self.whole.0.cast(), 0, MEM_RELEASE) };
        }
    }
}

#[cfg(not(all(any(unix, windows), target_pointer_width = "64")))]
mod system {
    use super::Reserved;

    impl Reserved {
        /// 32-bit systems have no room for it.
        pub fn new() -> Option<Reserved> {
            None
        }

        /// Never called.
        pub fn commit(&self, _from: *mut u8, _size: usize) -> bool {
            false
        }
    }
}
