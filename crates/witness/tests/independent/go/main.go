// The other side of tlog-witness in Go.
//
//	witness-peer litewitness PROGRAM DIR LOG_VKEY           serves until its input ends; prints its vkey and its address
//	witness-peer tessera URL WITNESS_VKEY LOG_SKEY DIR      keeps a log that publishes nothing without the witness there
package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/note"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// The root of the empty tree, as litewitness keeps it.
const emptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

// How often another port is tried: somebody else may take the one that was free.
const tries = 5

func main() {
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) == 4 && arguments[0] == "litewitness":
		err = litewitness(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 5 && arguments[0] == "tessera":
		err = keepLog(arguments[1], arguments[2], arguments[3], arguments[4])
	default:
		err = errors.New("expected litewitness PROGRAM DIR LOG_VKEY, or tessera URL WITNESS_VKEY LOG_SKEY DIR")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func litewitness(program, dir, logVkey string) error {
	socket, fingerprint, err := serveAgent(dir)
	if err != nil {
		return err
	}
	for range tries {
		address, err := freeAddress()
		if err != nil {
			return err
		}
		database := filepath.Join(dir, "litewitness.db")
		child := exec.Command(program, "-name", "peer.example.org/go", "-db", database,
			"-ssh-agent", socket, "-listen", address, "-key", fingerprint, "-obscurity")
		said, err := child.StderrPipe()
		if err != nil {
			return err
		}
		if err := child.Start(); err != nil {
			return err
		}
		vkey, up := reachable(bufio.NewScanner(said), address)
		if !up {
			_ = child.Wait()
			continue
		}
		go func() { _, _ = io.Copy(io.Discard, said) }()
		if err := addLog(database, logVkey); err != nil {
			return err
		}
		fmt.Printf("%s\nhttp://%s\n", vkey, address)
		_, _ = io.Copy(io.Discard, os.Stdin)
		return child.Process.Kill()
	}
	return errors.New("litewitness does not come up")
}

// litewitness signs with a key in an agent.
func serveAgent(dir string) (socket, fingerprint string, err error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: &private}); err != nil {
		return "", "", err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return "", "", err
	}
	socket = filepath.Join(dir, "agent")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return "", "", err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(keys, connection) }()
		}
	}()
	return socket, ssh.FingerprintSHA256(key), nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// Waits until it takes connections, or has said its last word.
func reachable(said *bufio.Scanner, address string) (vkey string, up bool) {
	for said.Scan() {
		line := said.Text()
		if _, rest, found := strings.Cut(line, "vkey="); found {
			vkey = strings.Trim(strings.Fields(rest)[0], `"`)
		}
		if !strings.Contains(line, "msg=listening") {
			continue
		}
		deadline := time.Now().Add(10 * time.Second)
		for time.Now().Before(deadline) {
			connection, err := net.Dial("tcp", address)
			if err == nil {
				_ = connection.Close()
				return vkey, vkey != ""
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return vkey, false
}

// What witnessctl does.
func addLog(database, logVkey string) error {
	key, err := note.NewVerifier(logVkey)
	if err != nil {
		return err
	}
	connection, err := sqlite.OpenConn(database, 0)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	if err := sqlitex.Execute(connection, "INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)",
		&sqlitex.ExecOptions{Args: []any{key.Name(), emptyRoot}}); err != nil {
		return err
	}
	return sqlitex.Execute(connection, "INSERT INTO key (origin, key) VALUES (?, ?)",
		&sqlitex.ExecOptions{Args: []any{key.Name(), logVkey}})
}

func keepLog(at, witnessVkey, logSkey, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	signer, err := note.NewSigner(logSkey)
	if err != nil {
		return err
	}
	prefix, err := url.Parse(at)
	if err != nil {
		return err
	}
	witness, err := tessera.NewWitness(witnessVkey, prefix)
	if err != nil {
		return err
	}
	quorum := tessera.NewWitnessGroup(1, witness)
	published := 0
	// Twice: the second time the log does not know what the witness cosigned.
	for run, entries := range []int{3, 300} {
		options := tessera.NewAppendOptions().
			WithCheckpointSigner(signer).
			WithBatching(256, 50*time.Millisecond).
			WithCheckpointInterval(100*time.Millisecond).
			WithWitnesses(quorum, &tessera.WitnessOptions{Timeout: 10 * time.Second})
		count, err := publish(ctx, options, quorum, dir, run, entries)
		if err != nil {
			return err
		}
		published += count
	}
	fmt.Printf("agreed on %d checkpoints\n", published)
	return nil
}

// Adds entries and waits for checkpoints that have them: one after the first, one after the last.
func publish(ctx context.Context, options *tessera.AppendOptions, quorum tessera.WitnessGroup, dir string, run, entries int) (int, error) {
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return 0, err
	}
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return 0, err
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 20*time.Millisecond)
	published := 0
	for entry := range entries {
		future := appender.Add(ctx, tessera.NewEntry(fmt.Appendf(nil, "run %d, entry %d", run, entry)))
		if entry != 0 && entry != entries-1 {
			continue
		}
		_, checkpoint, err := awaiter.Await(ctx, future)
		if err != nil {
			return published, err
		}
		if !quorum.Satisfied(checkpoint) {
			return published, fmt.Errorf("published without the witness: %s", checkpoint)
		}
		published++
	}
	return published, shutdown(ctx)
}
