#include "executor/slurm/request.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>

namespace mkb::slurm {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kErrorKinds = {"bad_input", "environment", "transient"};

// A candidate's and a compiler's bytes need not be UTF-8.
json binary(std::string_view text) {
    return json::binary({text.begin(), text.end()});
}
std::string text_of(const json& value) {
    const auto& bytes = value.get_binary();
    return {bytes.begin(), bytes.end()};
}

std::string pack(const json& value) {
    std::string bytes;
    json::to_cbor(value, bytes);
    return bytes;
}

json to_json(const LoadedCandidate& loaded) {
    json sources = json::array();
    for (const SourceFile& source : loaded.candidate.sources) {
        sources.push_back({{"name", source.name}, {"text", binary(source.text)}});
    }
    return {{"origin", binary(loaded.candidate.origin)},
            {"answer", binary(loaded.candidate.answer)},
            {"sources", sources},
            {"why_not", binary(loaded.extraction.why_not)}};
}

LoadedCandidate loaded_from(const json& value) {
    LoadedCandidate loaded;
    loaded.candidate.origin = text_of(value.at("origin"));
    loaded.candidate.answer = text_of(value.at("answer"));
    for (const json& source : value.at("sources")) {
        loaded.candidate.sources.push_back({.name = source.at("name"), .text = text_of(source.at("text"))});
    }
    loaded.extraction.sources = loaded.candidate.sources;
    loaded.extraction.why_not = text_of(value.at("why_not"));
    return loaded;
}

json to_json(const EvaluateOptions& options) {
    return {{"profile", to_json(options.profile)},
            {"seed", options.seed ? to_hex(*options.seed) : ""},
            {"way", name_of(options.way)},
            {"trusted", options.trusted},
            {"extra_work", options.extra_work},
            {"native_twice", options.native_twice},
            {"count_instructions", options.count_instructions},
            {"core", options.core},
            {"label", binary(options.label)},
            {"method", options.method},
            {"model", options.model},
            {"sample", options.sample}};
}

Result<EvaluateOptions> options_from(const json& value) {
    EvaluateOptions options;
    MKB_TRY(profile, profile_from_json(value.at("profile")));
    options.profile = std::move(profile);
    MKB_TRY(way, build_way_named(value.at("way").get<std::string>()));
    options.way = way;
    if (Seed seed; parse_seed(value.at("seed").get<std::string>(), seed)) {
        options.seed = seed;
    }
    options.trusted = value.at("trusted");
    options.extra_work = value.at("extra_work");
    options.native_twice = value.at("native_twice");
    options.count_instructions = value.at("count_instructions");
    options.core = value.at("core");
    options.label = text_of(value.at("label"));
    options.method = value.at("method");
    options.model = value.at("model");
    options.sample = value.at("sample");
    return options;
}

Judgement judgement_from(const json& value) {
    Judgement judgement;
    auto record = record_from_json(value.at("record"));
    if (const auto* why = std::get_if<std::string>(&record)) {
        throw std::runtime_error(*why);
    }
    judgement.record = std::move(std::get<Record>(record));
    for (const json& artifact : value.at("artifacts")) {
        judgement.artifacts.emplace_back(artifact.at(0), text_of(artifact.at(1)));
    }
    return judgement;
}

Trouble trouble_from(const json& value) {
    const std::string kind = value.at("kind");
    const auto* const known = std::ranges::find(kErrorKinds, kind);
    if (known == kErrorKinds.end()) {
        throw std::runtime_error("unknown kind of error");
    }
    return {
        .error = {.kind = static_cast<ErrorKind>(known - kErrorKinds.begin()), .message = text_of(value.at("message"))},
        .place = value.at("place"),
        .job = value.at("job"),
        .holds = value.at("holds")};
}

/// What nlohmann's reader throws, as trouble of our world.
template <class T>
Result<T> read_as(std::string_view bytes, const std::function<Result<T>(const json&)>& read) {
    try {
        return read(json::from_cbor(bytes.begin(), bytes.end()));
    } catch (const std::exception& error) {
        return fail(ErrorKind::environment,
                    "slurm: a file of the run's spool cannot be read ({}); is it another version's?", error.what());
    }
}

} // namespace

KeyPlace on_device(KeyPlace place, const std::string& device) {
    place.device = "slurm " + device;
    return place;
}

std::string to_bytes(const Request& request) {
    return pack({{"key", request.key},
                 {"framework", request.place.framework},
                 {"frameworks_also", request.place.also},
                 {"task_hash", request.task_hash},
                 {"device", request.where.device},
                 {"map", request.where.map.string()},
                 {"targets", request.where.targets},
                 {"cores", request.where.cores},
                 {"cool_down_s", request.where.cool_down_s},
                 {"task_folder", request.where.task_folder.string()},
                 {"loaded", to_json(request.loaded)},
                 {"options", to_json(request.options)}});
}

Result<Request> request_from(std::string_view bytes) {
    return read_as<Request>(bytes, [](const json& value) -> Result<Request> {
        Request request;
        request.key = value.at("key");
        request.place.framework = value.at("framework");
        request.place.also = value.at("frameworks_also").get<std::vector<std::string>>();
        request.place.cores = value.at("cores");
        request.task_hash = value.at("task_hash");
        request.where.device = value.at("device");
        request.where.map = value.at("map").get<std::string>();
        request.where.targets = value.at("targets").get<std::vector<std::string>>();
        request.where.cores = value.at("cores");
        request.where.cool_down_s = value.at("cool_down_s");
        request.where.task_folder = value.at("task_folder").get<std::string>();
        request.loaded = loaded_from(value.at("loaded"));
        MKB_TRY(options, options_from(value.at("options")));
        request.options = std::move(options);
        return request;
    });
}

std::string to_bytes(const Reply& reply) {
    json value{{"key", reply.key}};
    if (const auto* judgement = std::get_if<Judgement>(&reply.what)) {
        value["record"] = to_json(judgement->record);
        value["artifacts"] = json::array();
        for (const auto& [kind, content] : judgement->artifacts) {
            value["artifacts"].push_back(json::array({kind, binary(content)}));
        }
    } else {
        const auto& trouble = std::get<Trouble>(reply.what);
        value["kind"] = kErrorKinds.at(static_cast<std::size_t>(trouble.error.kind));
        value["message"] = binary(trouble.error.message);
        value["place"] = trouble.place;
        value["job"] = trouble.job;
        value["holds"] = trouble.holds;
    }
    return pack(value);
}

Result<Reply> reply_from(std::string_view bytes) {
    return read_as<Reply>(bytes, [](const json& value) -> Result<Reply> {
        Reply reply{.key = value.at("key"), .what = {}};
        if (value.contains("record")) {
            reply.what = judgement_from(value);
        } else {
            reply.what = trouble_from(value);
        }
        return reply;
    });
}

} // namespace mkb::slurm
