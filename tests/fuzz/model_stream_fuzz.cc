// What services and models send: streams of events in any pieces, planners' answers, recordings, memories. The first
// byte chooses the protocol, the second where the stream is cut in two.
#include "agent/memory.h"
#include "agent/plan.h"
#include "agent/schema.h"
#include "base/result.h"
#include "llm/measured.h"
#include "llm/protocol.h"
#include "llm/recorded.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mkb;
    if (size < 2) {
        return 0;
    }
    const Protocol* protocols[] = {&openai_protocol(), &anthropic_protocol(), &gemini_protocol()};
    const Protocol& protocol = *protocols[data[0] % 3];
    const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
    const auto read = [&](std::size_t cut) {
        StreamState state;
        SseReader reader([&](const SseEvent& event) { protocol.take(event, state); });
        reader.feed(text.substr(0, cut));
        reader.feed(text.substr(cut));
        return state;
    };
    const StreamState whole = read(text.size());
    const StreamState pieces = read(data[1] % (text.size() + 1));
    MKB_CHECK(whole.answer.text == pieces.answer.text && whole.complete == pieces.complete);
    MKB_CHECK(whole.answer.usage.total() == pieces.answer.usage.total());

    static const nlohmann::json kSchema = nlohmann::json::parse(
        R"({"type": "object", "required": ["suggestions"],
            "properties": {"suggestions": {"type": "array", "minItems": 1, "items": {"type": "string"}}}})");
    const auto plan = read_plan("correction", kSchema, text, Wrong{});
    if (const auto* made = std::get_if<Plan>(&plan)) {
        MKB_CHECK(schema_fault(kSchema, json_in(text)).empty() && !made->text.empty());
    }
    MKB_CHECK(without_marks(pattern_of(text)) == pattern_of(text));
    if (const auto calls = parse_recording(text, "f")) {
        const auto again = parse_recording(recording_text(*calls), "f");
        MKB_CHECK(again && recording_text(*again) == recording_text(*calls));
    }
    if (const auto entries = parse_memory(text, "f")) {
        const auto again = parse_memory(memory_text(*entries), "f");
        MKB_CHECK(again && memory_text(*again) == memory_text(*entries));
    }
    return 0;
}
