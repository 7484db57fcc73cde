#include "framework/mnn/seal.h"

#include "framework/mnn/audit.h"
#include "framework/mnn/elf.h"

#include <algorithm>
#include <set>

namespace mkb::mnn {

namespace {

constexpr std::string_view kCode = "mkb_text";
constexpr std::string_view kConstructors = "mkb_init";
constexpr std::string_view kDestructors = "mkb_fini";
constexpr std::string_view kEntryPrefix = "mkb_"; ///< of entry points: mkb_register_v1

constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30; ///< of all sections together
/// Of constants: they lie between the framework's code and what it calls, and a jump reaches 128 MB on ARM64.
constexpr std::uint64_t kMostConstants = std::uint64_t{64} << 20;
constexpr std::uint64_t kMostThreadMemory = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostAlignment = std::uint64_t{2} << 20;
constexpr std::uint32_t kUnwind = 0x70000001; ///< SHT_X86_64_UNWIND
constexpr std::uint64_t kKnownFlags = SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_MERGE | SHF_STRINGS | SHF_INFO_LINK |
                                      SHF_TLS | std::uint64_t{0x10000000}; // SHF_X86_64_LARGE

/// Sections whose meaning is the same in every object; everything else a linker or loader might take for more than
/// bytes (.init, .ctors, .preinit_array, .got, .dynamic, .note, …).
constexpr std::string_view kReadOnly[] = {".rodata", ".eh_frame", ".gcc_except_table"};
constexpr std::string_view kWritable[] = {".data", ".bss", ".tdata", ".tbss"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(
        names, [&](std::string_view one) { return name == one || name.starts_with(std::string(one) + "."); });
}

/// A name that a kernel may give a section of its own: the linker only offers its ends as __start_ and __stop_.
bool is_identifier(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

bool is_bookkeeping(std::uint32_t type) {
    return type == SHT_NULL || type == SHT_SYMTAB || type == SHT_STRTAB || type == SHT_RELA;
}

/// Whether name, type and flags are what an ordinary section of that name has.
bool is_plain(const std::string& name, const Elf64_Shdr& section) {
    const bool writable = (section.sh_flags & SHF_WRITE) != 0;
    const bool code = (section.sh_flags & SHF_EXECINSTR) != 0;
    const bool bytes = section.sh_type == SHT_PROGBITS || (section.sh_type == SHT_NOBITS && writable) ||
                       (section.sh_type == kUnwind && name == ".eh_frame");
    if (!bytes || (section.sh_flags & SHF_ALLOC) == 0 || (section.sh_flags & ~kKnownFlags) != 0) {
        return false;
    }
    if (name == kCode) {
        return !writable;
    }
    return !code && ((is_one_of(name, kReadOnly) && !writable) || is_one_of(name, kWritable) || is_identifier(name));
}

void check_sections(const Elf& elf, std::vector<std::string>& findings) {
    std::uint64_t memory = 0;
    std::uint64_t constants = 0;
    std::uint64_t thread_memory = 0;
    for (const Elf64_Shdr* section : elf.sections()) {
        if (is_bookkeeping(section->sh_type)) {
            continue;
        }
        const std::string name = elf.name_of(*section);
        if (!is_plain(name, *section) || section->sh_addralign > kMostAlignment) {
            findings.push_back(
                fmt::format("asks the loader for something a kernel has no need of (section '{}')", name));
        }
        std::uint64_t& sum = (section->sh_flags & SHF_TLS) != 0 ? thread_memory : memory;
        sum += std::min(section->sh_size, 2 * kMostMemory);
        constants += (section->sh_flags & SHF_WRITE) == 0 ? std::min(section->sh_size, 2 * kMostMemory) : 0;
    }
    if (constants > kMostConstants) {
        findings.push_back(
            fmt::format("has {} MB of constants, and {} MB are the most", constants >> 20U, kMostConstants >> 20U));
    }
    if (memory > kMostMemory || thread_memory > kMostThreadMemory) {
        findings.push_back(fmt::format("wants {} MB of memory as it is loaded, and {} kB in every thread",
                                       memory >> 20U, thread_memory >> 10U));
    }
}

void check_symbols(const Elf& elf, std::vector<std::string>& findings) {
    const Elf64_Shdr* table = elf.section(SHT_SYMTAB);
    const Elf64_Shdr* names = table != nullptr ? elf.section_number(table->sh_link) : nullptr;
    if (names == nullptr) {
        findings.emplace_back("the object has no symbol table");
        return;
    }
    for (const auto* symbol : elf.entries<Elf64_Sym>(*table)) {
        const std::string name = elf.text(names->sh_offset + symbol->st_name);
        if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC) {
            findings.push_back(
                fmt::format("refused symbol '{}': an indirect function runs while loading", demangle(name)));
        }
        const bool shared = ELF64_ST_BIND(symbol->st_info) != STB_LOCAL && symbol->st_shndx != SHN_UNDEF;
        if (symbol->st_shndx == SHN_COMMON || (shared && !name.starts_with(kEntryPrefix))) {
            findings.push_back(
                fmt::format("refused symbol '{}': the framework could take it for its own", demangle(name)));
        }
    }
}

/// What a library asks of the loader, in a form that can be compared.
std::vector<std::string> wishes(const Elf& elf) {
    std::vector<std::string> found;
    const Elf64_Shdr* dynamic = elf.section(SHT_DYNAMIC);
    const Elf64_Shdr* names = dynamic != nullptr ? elf.section_number(dynamic->sh_link) : nullptr;
    if (names == nullptr) {
        return found;
    }
    for (const auto* entry : elf.entries<Elf64_Dyn>(*dynamic)) {
        switch (entry->d_tag) {
        case DT_NEEDED:
        case DT_SONAME:
            found.push_back(fmt::format("{} {}", entry->d_tag, elf.text(names->sh_offset + entry->d_un.d_val)));
            break;
        case DT_INIT_ARRAYSZ:
        case DT_FINI_ARRAYSZ:
        case DT_PREINIT_ARRAYSZ:
        case DT_FLAGS:
        case DT_FLAGS_1:
            found.push_back(fmt::format("{} {}", entry->d_tag, entry->d_un.d_val));
            break;
        default:
            found.push_back(fmt::format("{}", entry->d_tag));
        }
    }
    for (const Elf64_Shdr* section : elf.sections()) {
        if (section->sh_type == SHT_RELA) {
            const auto relocations = elf.entries<Elf64_Rela>(*section);
            found.push_back(fmt::format("indirect {}", std::ranges::count_if(relocations, [&](const auto* one) {
                                            return is_indirect(*one, elf.header()->e_machine);
                                        })));
        }
    }
    return found;
}

/// Whether the native functions are where they are in the plain library; looked up by name and place.
Result<void> find_in_place(const Elf& linked, const std::vector<Function>& native) {
    const Elf64_Shdr* table = linked.section(SHT_SYMTAB);
    const Elf64_Shdr* names = table != nullptr ? linked.section_number(table->sh_link) : nullptr;
    std::set<std::pair<std::uint64_t, std::string>> there;
    std::set<std::uint64_t> wanted;
    for (const Function& function : native) {
        wanted.insert(function.offset);
    }
    if (names != nullptr) {
        for (const auto* symbol : linked.entries<Elf64_Sym>(*table)) {
            if (wanted.contains(symbol->st_value)) {
                there.emplace(symbol->st_value, linked.text(names->sh_offset + symbol->st_name));
            }
        }
    }
    for (const Function& function : native) {
        if (!there.contains({function.offset, function.name})) {
            return fail(ErrorKind::environment,
                        "the native function {} is not where it should be in the linked library",
                        demangle(function.name));
        }
    }
    return {};
}

} // namespace

const char* const kSealScript = R"(SECTIONS {
    mkb_text : ALIGN(4096) { *(.text .text.*) }
    mkb_init : { *(SORT_BY_INIT_PRIORITY(.init_array.*) .init_array) }
    mkb_fini : { *(SORT_BY_INIT_PRIORITY(.fini_array.*) .fini_array) }
}
)";

std::vector<std::string> seal_options() {
    const auto plain = [](std::string_view section) { return fmt::format("--set-section-type={}=1", section); };
    return {"--wildcard",
            fmt::format("--keep-global-symbol={}*", kEntryPrefix),
            plain(kConstructors),
            plain(kDestructors),
            "--remove-section=.note*",
            "--remove-section=.comment",
            "--remove-section=.llvm_addrsig",
            "--remove-section=.deplibs"};
}

std::vector<std::string> check_sealed(const std::string& object) {
    std::vector<std::string> findings;
    const std::string bytes = object + '\0'; // texts end somewhere
    const Elf elf(bytes);
    if (elf.header() == nullptr || elf.header()->e_type != ET_REL) {
        findings.emplace_back("the candidate's object is no 64-bit ELF object");
        return findings;
    }
    check_sections(elf, findings);
    check_symbols(elf, findings);
    return findings;
}

Result<std::uint64_t> code_address(const std::string& plain_bytes) {
    const std::string text = plain_bytes + '\0';
    const Elf plain(text);
    const Elf64_Shdr* code = plain.header() != nullptr ? plain.section_named(".text") : nullptr;
    if (code == nullptr) {
        return fail(ErrorKind::environment, "the framework's library is no ELF file with code; build it anew");
    }
    return code->sh_addr;
}

Result<job::InTree> look_inside(const std::string& plain_bytes, const std::string& linked_bytes,
                                const std::vector<Function>& native) {
    const std::string plain_text = plain_bytes + '\0';
    const std::string linked_text = linked_bytes + '\0';
    const Elf plain(plain_text);
    const Elf linked(linked_text);
    if (plain.header() == nullptr || linked.header() == nullptr) {
        return fail(ErrorKind::environment, "the library that was linked with the candidate is no ELF file");
    }
    const Elf64_Shdr* before = plain.section_named(".text");
    const Elf64_Shdr* after = linked.section_named(".text");
    if (before == nullptr || after == nullptr || before->sh_size != after->sh_size ||
        before->sh_addr != after->sh_addr || wishes(plain) != wishes(linked)) {
        return fail(ErrorKind::environment,
                    "linking libMNN.so with the candidate gave another library than the framework's build did");
    }
    MKB_DO(find_in_place(linked, native));
    job::InTree place;
    if (const Elf64_Shdr* code = linked.section_named(std::string(kCode))) {
        place.code = code->sh_addr;
        place.code_bytes = code->sh_size;
    }
    if (const Elf64_Shdr* constructors = linked.section_named(std::string(kConstructors))) {
        place.constructors = constructors->sh_addr;
        place.constructor_count = constructors->sh_size / sizeof(std::uint64_t);
    }
    return place;
}

} // namespace mkb::mnn
