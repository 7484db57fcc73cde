#include "executor/slurm/job.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace mkb::slurm {

namespace {

class Job {
public:
    Job(Spool& spool, Slot slot, const Site& site, const JobParts& parts, const Hold& hold)
        : spool_(spool), slot_(std::move(slot)), site_(site), parts_(parts), hold_(hold) {}

    Result<void> run() {
        MKB_TRY(found, spool_.request(slot_));
        if (!found || spool_.has_reply(found->first)) {
            parts_.say("nothing to judge: it was judged, or submitted anew");
            return {};
        }
        key_ = found->first;
        MKB_TRY(request, request_from(found->second));
        const auto judgement = judge(request);
        if (judgement) {
            return reply(*judgement);
        }
        const bool holds = judgement.error().kind != ErrorKind::bad_input && !answers();
        parts_.say(fmt::format("{} of {}: {}{}", device_, site_.node, judgement.error().message,
                               holds ? "; it does not answer, so this job keeps it from others" : ""));
        MKB_DO(reply(Trouble{.error = judgement.error(),
                             .place = fmt::format("{} of {}", device_, site_.node),
                             .job = site_.job,
                             .holds = holds}));
        if (holds) {
            wait_for_device(request);
        }
        return {};
    }

private:
    Result<Judgement> judge(const Request& request) {
        MKB_TRY(task, load_task(request.where.task_folder));
        if (task.hash != request.task_hash) {
            return fail(ErrorKind::environment, "node {}: task '{}' in {} is another one than mkb was asked about",
                        site_.node, task.id, request.where.task_folder.string());
        }
        MKB_DO(find_out_device(request));
        MKB_TRY(opened, parts_.open(device_, request));
        place_ = std::move(opened);
        MKB_TRY(judgement, place_->place.judge(task, request.loaded, request.options));
        judgement.record.key = evaluation_key(on_device(request.place, device_), task, request.loaded, request.options);
        judgement.record.settings["slurm"] = {{"job", site_.job}, {"node", site_.node}, {"restarts", site_.restarts}};
        return judgement;
    }

    Result<void> find_out_device(const Request& request) {
        device_ = request.where.device;
        if (request.where.map.empty()) {
            return {};
        }
        MKB_TRY(map, read_device_map(request.where.map));
        const auto here = devices_of(map, site_.node);
        int number = here.empty() ? 0 : here.front().number;
        if (here.size() > 1) {
            MKB_TRY(given, ask_device_number(site_));
            number = given;
        }
        const auto mapped = std::ranges::find(here, number, &MappedDevice::number);
        if (mapped == here.end()) {
            return fail(ErrorKind::bad_input, "{}: it has no line for device {} of node {}", request.where.map.string(),
                        number, site_.node);
        }
        device_ = mapped->device;
        if (!mapped->adb_server.empty()) {
            setenv("ADB_SERVER_SOCKET", mapped->adb_server.c_str(), 1);
        }
        return {};
    }

    /// After trouble. A device that could not be opened does not answer.
    bool answers() { return place_ && place_->place.check(); }

    void wait_for_device(const Request& request) {
        const auto end = std::chrono::steady_clock::now() + hold_.longest;
        do {
            std::this_thread::sleep_for(hold_.between);
            if (!place_) {
                if (auto opened = parts_.open(device_, request)) {
                    place_ = std::move(*opened);
                }
            }
        } while (!answers() && std::chrono::steady_clock::now() < end);
    }

    Result<void> reply(std::variant<Judgement, Trouble> what) {
        // Judged elsewhere meanwhile, and stored: a reply would lie there for nobody.
        if (!spool_.holds(key_, slot_)) {
            return {};
        }
        MKB_DO(spool_.put_reply(key_, to_bytes(Reply{.key = key_, .what = std::move(what)})));
        return {};
    }

    Spool& spool_;
    Slot slot_;
    const Site& site_;
    const JobParts& parts_;
    const Hold& hold_;
    std::string key_, device_ = "device";
    std::optional<OpenPlace> place_;
};

} // namespace

Result<void> run_job(const std::filesystem::path& spool, const std::string& array, const Site& site,
                     const JobParts& parts, const Hold& hold) {
    Spool there(spool);
    return Job(there, {.array = array, .index = site.index}, site, parts, hold).run();
}

} // namespace mkb::slurm
