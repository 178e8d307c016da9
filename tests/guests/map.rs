// A map in Rust behind the C ABI of impls/kv_store/kv_store_abi.h: maps in stripes, each with its lock.
//
//   rustc -O -C panic=abort --crate-type cdylib map.rs -o librust_map.so

use std::collections::hash_map::{DefaultHasher, HashMap};
use std::hash::{Hash, Hasher};
use std::os::raw::{c_char, c_int, c_void};
use std::slice;
use std::sync::RwLock;

type Stripe = RwLock<HashMap<Vec<u8>, Vec<u8>>>;
const STRIPES: usize = 64;

struct Map {
    stripes: Vec<Stripe>,
}

impl Map {
    fn stripe(&self, key: &[u8]) -> &Stripe {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        &self.stripes[hasher.finish() as usize % STRIPES]
    }
}

// An empty range may come with any pointer, null included.
unsafe fn bytes<'a>(data: *const c_char, length: usize) -> &'a [u8] {
    if length == 0 {
        &[]
    } else {
        slice::from_raw_parts(data as *const u8, length)
    }
}

#[no_mangle]
pub extern "C" fn contend_kv_store_create(_expected_entries: usize) -> *mut c_void {
    let stripes = (0..STRIPES).map(|_| Stripe::default()).collect();
    Box::into_raw(Box::new(Map { stripes })) as *mut c_void
}

#[no_mangle]
pub unsafe extern "C" fn contend_kv_store_destroy(store: *mut c_void) {
    drop(Box::from_raw(store as *mut Map));
}

#[no_mangle]
pub unsafe extern "C" fn contend_kv_store_get(store: *mut c_void, key: *const c_char, key_bytes: usize, value: *mut c_char, capacity: usize) -> i64 {
    let key = bytes(key, key_bytes);
    match (*(store as *const Map)).stripe(key).read().unwrap().get(key) {
        None => -1,
        Some(found) => {
            let copied = found.len().min(capacity);
            std::ptr::copy_nonoverlapping(found.as_ptr(), value as *mut u8, copied);
            found.len() as i64
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn contend_kv_store_set(store: *mut c_void, key: *const c_char, key_bytes: usize, value: *const c_char, value_bytes: usize) -> c_int {
    let key = bytes(key, key_bytes);
    let value = bytes(value, value_bytes).to_vec();
    (*(store as *const Map)).stripe(key).write().unwrap().insert(key.to_vec(), value);
    0
}

#[no_mangle]
pub unsafe extern "C" fn contend_kv_store_erase(store: *mut c_void, key: *const c_char, key_bytes: usize) -> c_int {
    let key = bytes(key, key_bytes);
    (*(store as *const Map)).stripe(key).write().unwrap().remove(key).is_some() as c_int
}

#[no_mangle]
pub unsafe extern "C" fn contend_kv_store_put_if_absent(store: *mut c_void, key: *const c_char, key_bytes: usize, value: *const c_char, value_bytes: usize) -> c_int {
    let key = bytes(key, key_bytes);
    let mut stripe = (*(store as *const Map)).stripe(key).write().unwrap();
    if stripe.contains_key(key) {
        return 0;
    }
    stripe.insert(key.to_vec(), bytes(value, value_bytes).to_vec());
    1
}
