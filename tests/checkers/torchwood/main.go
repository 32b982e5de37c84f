// Checks a whole log with filippo.io/torchwood: every entry of every bundle, each against the tiles, those against the
// checkpoint, the checkpoint against the log's key.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

func check(url, vkey, origin string) (int64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	fetcher, err := torchwood.NewTileFetcher(url, torchwood.WithUserAgent("cinnabar checkers"))
	if err != nil {
		return 0, err
	}
	signed, err := fetcher.ReadEndpoint(ctx, "checkpoint")
	if err != nil {
		return 0, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return 0, err
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return 0, err
	}
	if checkpoint.Origin != origin {
		return 0, fmt.Errorf("origin %q", checkpoint.Origin)
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		return 0, err
	}
	var count int64
	for index := range client.AllEntries(ctx, checkpoint.Tree, 0) {
		if index != count {
			return 0, fmt.Errorf("entry %d where %d should be", index, count)
		}
		count++
	}
	if err := client.Err(); err != nil {
		return 0, err
	}
	if count != checkpoint.N {
		return 0, fmt.Errorf("%d entries, the checkpoint says %d", count, checkpoint.N)
	}
	return count, nil
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: torchwood URL VKEY ORIGIN")
		os.Exit(2)
	}
	count, err := check(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(count)
}
