#include "record/printable.h"
#include "report/html.h"
#include "report/report.h"
#include "report/sections.h"

#include <algorithm>

namespace mkb {
namespace {

constexpr int kNarrowest = 90, kWidest = 200;
constexpr int kOutcomeWidth = 13, kSpeedWidth = 9, kIntervalWidth = 15, kTimeWidth = 11, kShareWidth = 7;
constexpr int kFixedWidth = kOutcomeWidth + kSpeedWidth + kIntervalWidth + kTimeWidth + kShareWidth + 2;

constexpr const char* kPlain = "\x1b[0m";

const char* paint_of(const Outcome& outcome) {
    return correct(outcome) ? "\x1b[32m" : compiled(outcome) ? "\x1b[31m" : "\x1b[33m";
}

std::string words(std::string_view kind) {
    std::string text(kind);
    std::ranges::replace(text, '_', ' ');
    return text;
}

struct Widths {
    int task = 0;
    int label = 0;
};

Widths fit_names(const std::vector<Record>& records, const std::vector<NotEvaluated>& trouble, int width) {
    int task = 4;
    int label = 9;
    const auto grow = [&](const std::string& task_id, const std::string& name) {
        task = std::max(task, display_width(printable_line(task_id)));
        label = std::max(label, display_width(printable_line(name)));
    };
    for (const Record& record : records) {
        grow(record.task_id, record.label);
    }
    for (const NotEvaluated& entry : trouble) {
        grow(entry.task_id, entry.label);
    }
    const int room = std::clamp(width, kNarrowest, kWidest) - kFixedWidth - 2;
    const int least = room / 2;
    if (task + label > room) {
        task = std::min(task, std::max(least, room - label));
        label = std::min(label, room - task);
    }
    return {.task = task, .label = label};
}

// What stands right of the outcome: figures where it was timed, else what happened.
std::string timed_cells(const Correct& o, bool emulated) {
    return fit_width(format_ratio(o.speedup), kSpeedWidth, true) +
           fit_width(fmt::format("[{:.2f}, {:.2f}]", o.speedup_low, o.speedup_high), kIntervalWidth, true) +
           fit_width(format_time(o.latency_us), kTimeWidth, true) +
           fit_width(emulated ? "emul." : format_share(o.share_of_limit), kShareWidth, true);
}

std::string after_colon(const std::string& description) {
    const std::size_t colon = description.find(": ");
    return colon == std::string::npos ? description : description.substr(colon + 2);
}

std::string line(const std::string& task, const std::string& label, Widths widths, const std::string& outcome,
                 const std::string& rest) {
    std::string text = fit_width(printable_line(task), widths.task) + "  " +
                       fit_width(printable_line(label), widths.label) + "  " + outcome + rest;
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

std::string record_line(const Record& record, Widths widths, bool colour) {
    const std::string kind = fit_width(words(kind_of(record.outcome)), kOutcomeWidth);
    const std::string outcome = colour ? paint_of(record.outcome) + kind + kPlain : kind;
    const auto* o = std::get_if<Correct>(&record.outcome);
    const std::string rest =
        o != nullptr && o->measured
            ? timed_cells(*o, record.device.emulated)
            : "  " + printable_line(o != nullptr ? unmeasured_text(record) : after_colon(describe(record.outcome)),
                                    kFixedWidth - kOutcomeWidth - 4);
    return line(record.task_id, record.label, widths, outcome, rest);
}

std::string trouble_line(const NotEvaluated& entry, Widths widths, bool colour) {
    const std::string kind = fit_width("not evaluated", kOutcomeWidth);
    return line(entry.task_id, entry.label, widths, colour ? "\x1b[35m" + kind + kPlain : kind,
                "  " + printable_line(entry.message, kFixedWidth - kOutcomeWidth - 4));
}

std::vector<const Record*> newest_per_key(const std::vector<Record>& records) {
    std::map<std::string, const Record*> newest;
    for (const Record& record : records) {
        newest[record.key] = &record;
    }
    std::vector<const Record*> list;
    for (const Record& record : records) {
        if (newest.at(record.key) == &record) {
            list.push_back(&record);
        }
    }
    return list;
}

} // namespace

std::string evaluation_table(const std::vector<Record>& records, const std::vector<NotEvaluated>& trouble, bool colour,
                             int width) {
    if (records.empty() && trouble.empty()) {
        return "no evaluations yet\n";
    }
    const Widths widths = fit_names(records, trouble, width);
    const std::string head = line("task", "candidate", widths, fit_width("outcome", kOutcomeWidth),
                                  fit_width("speed-up", kSpeedWidth, true) + fit_width("95 %", kIntervalWidth, true) +
                                      fit_width("latency", kTimeWidth, true) + fit_width("limit", kShareWidth, true));
    std::string text = colour ? "\x1b[1m" + head.substr(0, head.size() - 1) + kPlain + "\n" : head;
    for (const Record* record : newest_per_key(records)) {
        text += record_line(*record, widths, colour);
    }
    for (const NotEvaluated& entry : trouble) {
        text += trouble_line(entry, widths, colour);
    }
    const std::string legend = "speed-up: native time / candidate's, with its 95 % interval; above 1× is faster.\n"
                               "limit: share of the device's best possible speed; emul.: not times of a real device.\n"
                               "not evaluated: trouble on our side, says nothing about the candidate.";
    text += "\n" + (colour ? "\x1b[2m" + legend + kPlain : legend) + "\n";
    return text;
}

} // namespace mkb
