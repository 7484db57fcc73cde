#pragma once
// Reading ELF files that a compiler or linker made of hostile text.
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <string>
#include <vector>

namespace mkb::mnn {

/// A 64-bit ELF file whose every offset is checked before it is followed. Refers to `bytes`, which must end with a zero
/// byte after the file's own.
class Elf {
public:
    explicit Elf(const std::string& bytes) : bytes_(bytes) {}

    /// `count` objects of this type, or nullptr where they do not lie wholly within the file.
    template <class T>
    const T* at(std::uint64_t offset, std::uint64_t count = 1) const {
        if (offset % alignof(T) != 0 || offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) {
            return nullptr;
        }
        return reinterpret_cast<const T*>(bytes_.data() + offset);
    }
    std::string text(std::uint64_t offset) const {
        return offset < bytes_.size() ? std::string(bytes_.c_str() + offset) : std::string();
    }
    /// nullptr when it is no such file; nothing else may be asked then.
    const Elf64_Ehdr* header() const {
        const auto* header = at<Elf64_Ehdr>(0);
        const bool fine = header != nullptr && std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
                          header->e_ident[EI_CLASS] == ELFCLASS64;
        return fine ? header : nullptr;
    }
    const Elf64_Shdr* section_number(std::uint32_t number) const {
        return at<Elf64_Shdr>(header()->e_shoff + std::uint64_t{number} * sizeof(Elf64_Shdr));
    }
    /// All of them, the empty first one included.
    std::vector<const Elf64_Shdr*> sections() const {
        std::vector<const Elf64_Shdr*> all;
        for (std::uint32_t i = 0; i < header()->e_shnum; ++i) {
            if (const Elf64_Shdr* section = section_number(i)) {
                all.push_back(section);
            }
        }
        return all;
    }
    const Elf64_Shdr* section(std::uint32_t type) const {
        for (const Elf64_Shdr* section : sections()) {
            if (section->sh_type == type) {
                return section;
            }
        }
        return nullptr;
    }
    const Elf64_Shdr* section_named(const std::string& name) const {
        for (const Elf64_Shdr* section : sections()) {
            if (name_of(*section) == name) {
                return section;
            }
        }
        return nullptr;
    }
    std::string name_of(const Elf64_Shdr& section) const {
        const Elf64_Shdr* names = section_number(header()->e_shstrndx);
        return names != nullptr ? text(names->sh_offset + section.sh_name) : std::string();
    }
    /// Entries of a table section (symbols, relocations, dynamic tags), as far as they lie within the file.
    template <class T>
    std::vector<const T*> entries(const Elf64_Shdr& table) const {
        std::vector<const T*> all;
        for (std::uint64_t i = 0; i < table.sh_size / sizeof(T); ++i) {
            const T* entry = at<T>(table.sh_offset + i * sizeof(T));
            if (entry == nullptr) {
                break;
            }
            all.push_back(entry);
        }
        return all;
    }

private:
    const std::string& bytes_;
};

/// An indirect function: code that the loader itself runs to learn an address.
constexpr std::uint32_t kIndirectX86 = 37;     ///< R_X86_64_IRELATIVE
constexpr std::uint32_t kIndirectArm64 = 1032; ///< R_AARCH64_IRELATIVE
inline bool is_indirect(const Elf64_Rela& relocation, std::uint16_t machine) {
    return ELF64_R_TYPE(relocation.r_info) == (machine == EM_X86_64 ? kIndirectX86 : kIndirectArm64);
}

} // namespace mkb::mnn
