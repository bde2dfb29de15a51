#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace callosum::testing {

/// How often the heap was asked for memory while `heap_is_counted`: every operator new and
/// aligned_alloc of the program that includes this. One file a program may: it replaces the
/// program's own operators, which cannot be inline. The program's other tests do not look at it.
inline std::atomic<std::size_t> heap_count{0};
inline std::atomic<bool> heap_is_counted{false};

inline void count_heap() {
  if (heap_is_counted.load(std::memory_order_relaxed)) heap_count.fetch_add(1);
}

}  // namespace callosum::testing

void* operator new(std::size_t size) {
  callosum::testing::count_heap();
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  callosum::testing::count_heap();
  return std::malloc(size > 0 ? size : 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

/// Asio's frames and operations come from here. The C library's own one, under the name it keeps it
/// by.
extern "C" void* memalign(std::size_t alignment, std::size_t size);
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
  callosum::testing::count_heap();
  return memalign(alignment, size);
}
