package main

// Prints what archive/tar writes for entries as nix2container passes them, one JSON object a line.
// Bytes are written as they are when printable, else %XX; a run of n zero bytes is %00*n;
import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

type owner struct {
	Uid   int    `json:"uid"`
	Gid   int    `json:"gid"`
	User  string `json:"user"`
	Group string `json:"group"`
}

// Without an owner: root.
type vector struct {
	What   string `json:"what"`
	Kind   string `json:"kind"`
	Path   string `json:"path"`
	Target string `json:"target"`
	Mode   int64  `json:"mode"`
	Size   int64  `json:"size"`
	Owner  *owner `json:"owner,omitempty"`
	Header string `json:"header"`
}

func shown(b []byte) string {
	var s strings.Builder
	for i := 0; i < len(b); i++ {
		n := 0
		for i+n < len(b) && b[i+n] == 0 {
			n++
		}
		switch {
		case n > 1:
			fmt.Fprintf(&s, "%%00*%d;", n)
			i += n - 1
		case b[i] > 0x20 && b[i] < 0x7f && b[i] != '%':
			s.WriteByte(b[i])
		default:
			fmt.Fprintf(&s, "%%%02X", b[i])
		}
	}
	return s.String()
}

var out []vector

func add(what, kind, path, target string, mode, size int64) {
	addOwned(nil, what, kind, path, target, mode, size)
}

func addOwned(of *owner, what, kind, path, target string, mode, size int64) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	h := &tar.Header{Name: path, Linkname: target, Mode: mode, Size: size, Uname: "root", Gname: "root",
		ModTime: time.Unix(1, 0), AccessTime: time.Unix(7, 5), ChangeTime: time.Unix(8, 5)}
	if of != nil {
		h.Uid, h.Gid, h.Uname, h.Gname = of.Uid, of.Gid, of.User, of.Group
		of = &owner{of.Uid, of.Gid, shown([]byte(of.User)), shown([]byte(of.Group))}
	}
	h.Typeflag = map[string]byte{"directory": tar.TypeDir, "regular": tar.TypeReg, "symlink": tar.TypeSymlink}[kind]
	if err := w.WriteHeader(h); err != nil {
		panic(what + ": " + err.Error())
	}
	out = append(out, vector{what, kind, shown([]byte(path)), shown([]byte(target)), mode, size, of, shown(b.Bytes())})
}

const store = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x" // 45 bytes

func pad(prefix string, n int) string { return prefix + strings.Repeat("n", n-len(prefix)) }

func main() {
	add("root", "directory", "/", "", 0o755, 0)
	add("store", "directory", "/nix/store", "", 0o755, 0)
	add("sticky", "directory", "/var/tmp", "", 0o1777, 0)
	add("file", "regular", store+"/f", "", 0o444, 5)
	add("executable", "regular", store+"/f", "", 0o555, 123456789)
	add("link", "symlink", store+"/l", "f", 0o777, 0)
	add("link of the database", "symlink", "/nix/var/nix/gcroots/docker/x", store, 0o755, 0)
	for _, n := range []int{99, 100, 101, 102, 145, 146, 147} {
		add("one long name", "regular", pad(store+"/", n), "", 0o444, 1)
	}
	for _, n := range []int{144, 145, 146, 147, 154, 155, 156, 157, 200, 245, 246, 254, 255, 256, 257, 258, 300} {
		// Two components: where the split falls depends on the lengths of both.
		for _, first := range []int{50, 99, 100, 101, 154, 155, 156, 157} {
			if first+2 > n {
				continue
			}
			add("two long names", "regular", pad(pad(store+"/", first)+"/", n), "", 0o444, 1)
		}
	}
	add("directory with a long name", "directory", pad(store+"/", 120), "", 0o555, 0)
	add("directory that splits", "directory", pad(pad(store+"/", 100)+"/", 180), "", 0o555, 0)
	many := store + strings.Repeat("/dir", 60)
	for n := 100; n <= len(many); n++ {
		if many[n-1] != '/' {
			add("many slashes", "regular", many[:n], "", 0o444, 1)
		}
	}
	for _, n := range []int{1, 99, 100, 101, 102, 155, 156, 255, 256, 257, 1000, 4095} {
		add("long target", "symlink", store+"/l", pad("/", n), 0o777, 0)
		add("long target, long name", "symlink", pad(pad(store+"/", 100)+"/", 180), pad("/", n), 0o777, 0)
	}
	// The length of a record counts its own digits.
	for n := 80; n <= 96; n++ {
		add("record near 100", "symlink", store+"/é", pad("t/é", n), 0o777, 0)
	}
	for n := 980; n <= 992; n++ {
		add("record near 1000", "symlink", store+"/l", pad("/", n), 0o777, 0)
	}
	// A cut at byte 100 that falls on a slash, and slashes that become neighbours.
	add("target cut at a slash", "symlink", store+"/l", pad("/", 99)+"/xyz", 0o777, 0)
	add("target cut at a slash", "symlink", store+"/l", pad("/", 97)+"///xyz", 0o777, 0)
	add("name cut at a slash", "symlink", pad(store+"/", 99)+"/é", pad("/", 120), 0o777, 0)
	add("name cut at a slash", "regular", pad(store+"/", 99)+"/é/"+strings.Repeat("y", 120), "", 0o444, 1)
	add("name cut at slashes", "regular", pad(store+"/", 98)+"/é/"+strings.Repeat("y", 120), "", 0o444, 1)
	add("extended name cut at a slash", "regular", pad(store+"/", 86)+"/é", "", 0o444, 1)
	add("extended name cut at a slash", "regular", pad(store+"/", 86)+"/é/yy", "", 0o444, 1)
	for _, s := range []string{"é", "日本語", "\xff\xfe", "a\xc3", "\xed\xa0\x80", "\x80", "a\x7fb", "tab\tnew\nline", "🙂", "a=b c", "é.txt", "\xc0\xafx"} {
		add("name that is not ASCII", "regular", store+"/"+s, "", 0o444, 1)
		add("directory that is not ASCII", "directory", store+"/"+s, "", 0o555, 0)
		add("below a name that is not ASCII", "regular", store+"/"+s+"/f", "", 0o444, 1)
		add("target that is not ASCII", "symlink", store+"/l", s, 0o777, 0)
		add("both not ASCII", "symlink", store+"/"+s, s+"/x", 0o777, 0)
		add("long and not ASCII", "symlink", pad(store+"/"+s, 150), pad(s, 150), 0o777, 0)
	}
	for _, n := range []int64{0, 1, 511, 512, 1 << 31, 1 << 32, 1<<33 - 1, 1 << 33, 1<<33 + 1, 1 << 40, 1<<53 - 1} {
		add("large file", "regular", store+"/f", "", 0o444, n)
	}
	add("large file, long name", "regular", pad(pad(store+"/", 100)+"/", 180), "", 0o444, 1<<33)
	for _, of := range []owner{
		{1000, 1000, "lix", "lix"}, {1000, 0, "lix", "root"}, {1000, 100, "", ""}, {65534, 65534, "nobody", "nobody"},
		{2097151, 2097151, "most", "most"}, {2097152, 0, "more", "root"}, {0, 2097152, "root", "more"},
		{1000620000, 1000620000, "", ""}, {2147483647, 2147483647, "u", "g"},
		{1, 2, strings.Repeat("u", 31), strings.Repeat("g", 31)}, {1, 2, strings.Repeat("u", 32), strings.Repeat("g", 32)},
		{1, 2, strings.Repeat("u", 33), "g"}, {1, 2, "u", strings.Repeat("g", 33)}, {1, 2, "é", "g"}, {1, 2, "u", "日本"},
		{1, 2, strings.Repeat("u", 31) + "/xyz", "g"},
	} {
		addOwned(&of, "owner", "directory", "/nix/store", "", 0o755, 0)
		addOwned(&of, "owner", "regular", store+"/f", "", 0o444, 1<<33-1)
		addOwned(&of, "owner, large file", "regular", store+"/f", "", 0o444, 1<<33)
		addOwned(&of, "owner, name that splits", "directory", pad(pad(store+"/", 100)+"/", 180), "", 0o555, 0)
		addOwned(&of, "owner, long target", "symlink", store+"/é", pad("/", 120), 0o777, 0)
	}
	e := json.NewEncoder(os.Stdout)
	for _, v := range out {
		e.Encode(v)
	}
}
