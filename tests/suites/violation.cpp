#include "violation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>

#include "base/json.hpp"
#include "registry/export/pointer.hpp"
#include "registry/schema.hpp"
#include "registry/schema/walk.hpp"

namespace callosum::suites {
namespace {

namespace schema = registry::schema;
using Visit = std::function<void(const std::string& instance)>;

/// Calls `visit` with each place in the arguments that the schema at `wanted` speaks of.
class Finder {
 public:
  Finder(const json::value& root, const json::value& arguments, std::string wanted, Visit visit)
      : root_(root), arguments_(arguments), wanted_(std::move(wanted)), visit_(std::move(visit)) {}

  void look(const json::value& schema, const std::string& place, const std::string& instance,
            int depth = 0) {
    const auto* value = at(instance);
    if (!value || depth > 24) return;
    if (place == wanted_) visit_(instance);
    const auto* object = schema.if_object();
    if (!object) return;
    follow(*object, instance, depth);
    look_each(*object, place, instance, depth);
    look_inside(*object, place, instance, depth);
  }

 private:
  const json::value* at(const std::string& instance) const {
    boost::system::error_code nowhere;
    return arguments_.find_pointer(instance, nowhere);
  }

  void follow(const json::object& object, const std::string& instance, int depth) {
    const auto reference = text_at(object, "$ref");
    if (reference.empty()) return;
    const auto* target = registry::find_referred(root_, reference);
    if (target) look(*target, *registry::referred_place(root_, reference), instance, depth + 1);
  }

  /// Schemas that speak of the same value.
  void look_each(const json::object& object, const std::string& place, const std::string& instance,
                 int depth) {
    for (const auto* keyword : {"anyOf", "oneOf", "allOf"}) {
      const auto* members = find_array(object, keyword);
      for (std::size_t i = 0; members && i < members->size(); ++i) {
        look((*members)[i], place + "/" + keyword + "/" + std::to_string(i), instance, depth + 1);
      }
    }
    for (const auto* keyword : {"then", "else", "not"}) {
      if (const auto* one = object.if_contains(keyword)) {
        look(*one, place + "/" + keyword, instance, depth + 1);
      }
    }
  }

  void look_inside(const json::object& object, const std::string& place,
                   const std::string& instance, int depth) {
    const auto* value = at(instance);
    const auto* properties = find_object(object, "properties");
    if (const auto* members = value->if_object()) {
      for (const auto& member : *members) {
        const auto name = schema::escape_pointer(member.key());
        const auto inside = instance + "/" + name;
        if (properties && properties->contains(member.key())) {
          look(properties->at(member.key()), place + "/properties/" + name, inside, depth + 1);
        } else if (const auto* rest = object.if_contains("additionalProperties")) {
          look(*rest, place + "/additionalProperties", inside, depth + 1);
        }
      }
    }
    const auto* list = value->if_array();
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const auto inside = instance + "/" + std::to_string(i);
      const auto* tuple = find_array(object, "prefixItems");
      if (tuple && i < tuple->size()) {
        look((*tuple)[i], place + "/prefixItems/" + std::to_string(i), inside, depth + 1);
      } else if (const auto* items = object.if_contains("items")) {
        look(*items, place + "/items", inside, depth + 1);
      }
    }
  }

  const json::value& root_;
  const json::value& arguments_;
  const std::string wanted_;
  const Visit visit_;
};

const std::vector<json::value>& junk() {
  static const std::vector<json::value> kJunk{json::value(true),
                                              json::value(false),
                                              json::value("not what is asked for, surely"),
                                              json::value(""),
                                              json::value(nullptr),
                                              json::value(-1),
                                              json::value(0),
                                              json::value(7),
                                              json::value(1e12),
                                              json::value(0.123),
                                              json::array{},
                                              json::array{1, "x"},
                                              json::object{},
                                              json::object{{"zz_other", 1}}};
  return kJunk;
}

/// The value with something about it changed, in every way that comes to mind.
std::vector<json::value> variants_of(const json::value& value, const json::value* limit) {
  auto out = junk();
  if (limit && limit->is_number()) {
    out.push_back(*limit);
    if (value.is_number()) {
      out.emplace_back(value.to_number<double>() + limit->to_number<double>() * 0.37);
      out.emplace_back(value.to_number<double>() + 1);
    }
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      auto fewer = *object;
      fewer.erase(member.key());
      out.emplace_back(std::move(fewer));
      for (const auto& other : junk()) {
        auto changed = *object;
        changed[member.key()] = other;
        out.emplace_back(std::move(changed));
      }
    }
    for (const auto& other : junk()) {
      auto more = *object;
      more["zz_other"] = other;
      out.emplace_back(std::move(more));
    }
  }
  if (const auto* list = value.if_array()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto twice = *list;
      twice.push_back((*list)[i]);
      out.emplace_back(std::move(twice));
      for (const auto& other : junk()) {
        auto changed = *list;
        changed[i] = other;
        out.emplace_back(std::move(changed));
      }
    }
    for (const auto& other : junk()) {
      auto more = *list;
      more.push_back(other);
      out.emplace_back(std::move(more));
    }
  }
  return out;
}

/// The schema without the keyword; nothing where it is not there.
std::shared_ptr<const registry::Schema> compile_without(json::value schema,
                                                        const KeywordPlace& at) {
  boost::system::error_code nowhere;
  auto* found = schema.find_pointer(at.place, nowhere);
  if (!found || !found->is_object()) return nullptr;
  auto& object = found->get_object();
  // What is left when these go would be judged by the rest alone, which was not meant for it.
  if (at.keyword == "patternProperties") object.erase("additionalProperties");
  if (at.keyword == "prefixItems") object.erase("items");
  if (at.keyword == "items") object.erase("additionalItems");
  if (object.erase(at.keyword) == 0) return nullptr;
  auto compiled = registry::compile_schema(schema);
  return compiled ? *compiled : nullptr;
}

struct Pair {
  std::shared_ptr<const registry::Schema> whole, without;
  bool is_broken_by(const json::value& arguments) const {
    return whole && without && !whole->is_valid(arguments) && without->is_valid(arguments);
  }
};

Pair compile_both(const json::value& schema, const KeywordPlace& at) {
  auto whole = registry::compile_schema(schema);
  return {whole ? *whole : nullptr, compile_without(schema, at)};
}

}  // namespace

bool breaks_only(const json::value& schema, const KeywordPlace& at, const json::value& arguments) {
  return compile_both(schema, at).is_broken_by(arguments);
}

std::optional<json::value> find_violation(const json::value& schema, const KeywordPlace& at,
                                          const std::vector<json::value>& good) {
  const auto pair = compile_both(schema, at);
  if (!pair.without) return std::nullopt;
  boost::system::error_code nowhere;
  const auto* limit = schema.find_pointer(at.place + "/" + at.keyword, nowhere);
  std::optional<json::value> found;
  for (const auto& arguments : good) {
    const auto try_at = [&](const std::string& instance) {
      if (found) return;
      for (auto& variant : variants_of(*arguments.find_pointer(instance, nowhere), limit)) {
        auto changed = arguments;
        *changed.find_pointer(instance, nowhere) = std::move(variant);
        if (!pair.is_broken_by(changed)) continue;
        found = std::move(changed);
        return;
      }
    };
    Finder(schema, arguments, at.place, try_at).look(schema, "", "");
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace callosum::suites
