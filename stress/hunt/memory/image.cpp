#include "stress/hunt/memory/image.hpp"

#include <link.h>
#include <string.h>

#include <initializer_list>

#include "stress/hunt/runtime/platform.hpp"

extern "C" {
extern char __start_hunt_state[];
extern char __stop_hunt_state[];
}

namespace contend::hunt {
namespace {

constexpr std::size_t most_segments = 256;
constexpr std::size_t page = 4096;

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};

struct Image {
  Segment segments[most_segments];
  std::size_t count;
  Range c_library[8];  // code
  std::size_t c_library_count;
};
HUNT_STATE constinit Image image{};

bool is_c_library_module(const char* name) {
  for (const char* part :
       {"libc.so", "ld-linux", "libdl.so", "libpthread.so", "libm.so", "librt.so", "libgcc_s", "vdso"}) {
    if (strstr(name, part) != nullptr) return true;
  }
  return false;
}

void add_segment(std::uintptr_t begin, std::uintptr_t end) {
  if (begin >= end) return;
  if (image.count == most_segments) give_up("more than 256 parts of libraries that can be written to");
  image.segments[image.count++] = {reinterpret_cast<char*>(begin), end - begin,
                                   static_cast<char*>(reserve_memory(end - begin))};
}

void add_without(std::uintptr_t begin, std::uintptr_t end, const Range* holes, std::size_t count) {
  if (count == 0) return add_segment(begin, end);
  const Range hole = holes[0];
  if (hole.end <= begin || end <= hole.begin) return add_without(begin, end, holes + 1, count - 1);
  add_without(begin, hole.begin, holes + 1, count - 1);
  add_without(hole.end, end, holes + 1, count - 1);
}

// Where the loader notes which function a name stands for, on the first call: it would look again in every execution.
Range noted_functions(const dl_phdr_info& module) {
  std::uintptr_t relocations = 0;
  std::size_t bytes = 0;
  for (int i = 0; i < module.dlpi_phnum; ++i) {
    if (module.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(module.dlpi_addr + module.dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_JMPREL) relocations = entry->d_un.d_ptr;
      if (entry->d_tag == DT_PLTRELSZ) bytes = entry->d_un.d_val;
    }
  }
  Range found{0, 0};
  for (std::size_t i = 0; relocations != 0 && i < bytes / sizeof(ElfW(Rela)); ++i) {
    const std::uintptr_t slot = module.dlpi_addr + reinterpret_cast<const ElfW(Rela)*>(relocations)[i].r_offset;
    if (found.begin == 0 || slot < found.begin) found.begin = slot;
    if (slot + sizeof(void*) > found.end) found.end = slot + sizeof(void*);
  }
  return found;
}

int look_for_c_library(dl_phdr_info* module, std::size_t, void*) {
  if (!is_c_library_module(module->dlpi_name)) return 0;
  for (int i = 0; i < module->dlpi_phnum && image.c_library_count < 8; ++i) {
    const auto& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = module->dlpi_addr + header.p_vaddr;
    image.c_library[image.c_library_count++] = {begin, begin + header.p_memsz};
  }
  return 0;
}

int look_at_module(dl_phdr_info* module, std::size_t, void*) {
  const bool c_library = is_c_library_module(module->dlpi_name);
  Range relocated{0, 0};  // made read-only by the loader once it has been relocated
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& header = module->dlpi_phdr[i];
    if (header.p_type != PT_GNU_RELRO) continue;
    const std::uintptr_t begin = module->dlpi_addr + header.p_vaddr;
    relocated = {begin, (begin + header.p_memsz) & ~(page - 1)};
  }
  const Range holes[] = {{address_of(__start_hunt_state), address_of(__stop_hunt_state)}, noted_functions(*module)};
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const std::uintptr_t begin = module->dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (c_library || (header.p_flags & PF_W) == 0) continue;
    const std::uintptr_t first = relocated.begin <= begin && begin < relocated.end ? relocated.end : begin;
    add_without(first, end, holes, 2);
  }
  return 0;
}

}  // namespace

void keep_image() {
  if (image.count == 0) dl_iterate_phdr(look_at_module, nullptr);
  for (std::size_t i = 0; i < image.count; ++i) {
    __builtin_memcpy(image.segments[i].kept, image.segments[i].begin, image.segments[i].bytes);
  }
}

void restore_image() {
  for (std::size_t i = 0; i < image.count; ++i) {
    __builtin_memcpy(image.segments[i].begin, image.segments[i].kept, image.segments[i].bytes);
  }
}

std::size_t segment_count() {
  return image.count;
}
const Segment& segment(std::size_t index) {
  return image.segments[index];
}

void find_c_library() {
  if (image.c_library_count == 0) dl_iterate_phdr(look_for_c_library, nullptr);
}

bool is_c_library(std::uintptr_t address) {
  for (std::size_t i = 0; i < image.c_library_count; ++i) {
    if (address - image.c_library[i].begin < image.c_library[i].end - image.c_library[i].begin) return true;
  }
  return false;
}

}  // namespace contend::hunt
