// Where references lead: to a resource by its URI, and inside it by anchor or JSON Pointer.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <optional>

#include "registry/schema/document_set.hpp"
#include "registry/schema/uri.hpp"

namespace callosum::registry::schema {
namespace {

std::string unescape_pointer(std::string_view segment) {
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool is_escape = segment[i] == '~' && i + 1 < segment.size();
    if (is_escape && segment[i + 1] == '1') {
      out += '/';
      ++i;
    } else if (is_escape && segment[i + 1] == '0') {
      out += '~';
      ++i;
    } else {
      out += segment[i];
    }
  }
  return out;
}

const json::value* child_of(const json::value& value, const std::string& segment) {
  if (const auto* object = value.if_object()) return object->if_contains(segment);
  const auto* array = value.if_array();
  if (array == nullptr || (segment.size() > 1 && segment[0] == '0')) return nullptr;
  std::size_t index = 0;
  const auto* end = segment.data() + segment.size();
  const auto parsed = std::from_chars(segment.data(), end, index);
  if (segment.empty() || parsed.ec != std::errc() || parsed.ptr != end) return nullptr;
  return index < array->size() ? &(*array)[index] : nullptr;
}

}  // namespace

Result<DocumentSet::Target> DocumentSet::resolve(std::string_view reference, const Resource& from) {
  const std::string uri = resolve_uri(from.uri, reference);
  const std::string base(without_fragment(uri));
  const auto resource = find_resource(base);
  if (!resource) return resource.error();
  const auto fragment = percent_decode(fragment_of(uri));
  if (!fragment)
    return fail(ErrorType::validation, "the fragment of the reference has a broken escape");
  if (fragment->empty() || fragment->starts_with('/')) return follow_pointer(**resource, *fragment);

  const auto anchor = (*resource)->anchors.find(*fragment);
  if (anchor == (*resource)->anchors.end()) {
    return fail(ErrorType::validation, "there is no anchor " + *fragment);
  }
  Target target{.schema = anchor->second};
  const auto dynamic = (*resource)->dynamic_anchors.find(*fragment);
  if (dynamic != (*resource)->dynamic_anchors.end() && dynamic->second == target.schema) {
    target.dynamic_anchor = *fragment;
  }
  return target;
}

Result<Resource*> DocumentSet::find_resource(const std::string& uri) {
  if (const auto at = by_uri_.find(uri); at != by_uri_.end()) return at->second;
  const auto* document = options_.loader ? options_.loader(uri) : nullptr;
  if (document == nullptr) return fail(ErrorType::validation, "there is no schema " + uri);
  if (const auto added = add_document(*document, uri); !added) {
    return fail(ErrorType::validation, "in " + uri + ", " + added.error().message);
  }
  return by_uri_.at(uri);
}

Result<DocumentSet::Target> DocumentSet::follow_pointer(const Resource& resource,
                                                        std::string_view pointer) {
  const json::value* at = resource.root;
  Place nearest = place_of(*at);
  const std::string whole(pointer);
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = pointer.find('/');
    const std::string segment = unescape_pointer(pointer.substr(0, end));
    pointer.remove_prefix(std::min(end, pointer.size()));
    at = child_of(*at, segment);
    if (at == nullptr) return fail(ErrorType::validation, "there is nothing at #" + whole);
    nearest.pointer += "/" + escape_pointer(segment);
    // A schema on the way may have an $id of its own.
    if (const auto placed = places_.find(at); placed != places_.end()) nearest = placed->second;
  }
  if (!at->is_object() && !at->is_bool()) {
    return fail(ErrorType::validation, "there is no schema at #" + whole);
  }
  // Under an unknown keyword nothing was placed; what a reference names is a schema all the same.
  if (const auto added = add_schema(*at, nearest, 0); !added) return added.error();
  return Target{.schema = at};
}

}  // namespace callosum::registry::schema
