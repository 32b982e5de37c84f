// Checks a whole log with Tessera's fsck: builds all tiles from the entry bundles again, compares each with the log's own,
// and the root with the checkpoint. Then proofs, by its client: entries in the tree, and earlier sizes before the last.
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

// proofsMax is how many sizes and entries are proved, spread over the log: more would say nothing new.
const proofsMax = 200

func hashes(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	leaves := make([][]byte, 0, len(entries.Entries))
	for _, entry := range entries.Entries {
		leaves = append(leaves, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return leaves, nil
}

func check(address, vkey, origin string) (uint64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	root, err := url.Parse(address)
	if err != nil {
		return 0, err
	}
	fetcher, err := client.NewHTTPFetcher(root, nil)
	if err != nil {
		return 0, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, err
	}
	checkpoint, _, _, err := client.FetchCheckpoint(ctx, fetcher.ReadCheckpoint, verifier, origin)
	if err != nil {
		return 0, err
	}
	if err := fsck.New(origin, verifier, fetcher, hashes, fsck.Opts{N: 2}).Check(ctx); err != nil {
		return 0, err
	}
	leaves, err := client.FetchLeafHashes(ctx, fetcher.ReadTile, 0, checkpoint.Size, checkpoint.Size)
	if err != nil {
		return 0, err
	}
	builder, err := client.NewProofBuilder(ctx, checkpoint.Size, fetcher.ReadTile)
	if err != nil {
		return 0, err
	}
	growing := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	step := checkpoint.Size/proofsMax + 1
	for index, leaf := range leaves {
		index := uint64(index)
		if err := growing.Append(leaf, nil); err != nil {
			return 0, err
		}
		if index%step != 0 {
			continue
		}
		path, err := builder.InclusionProof(ctx, index)
		if err != nil {
			return 0, err
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, checkpoint.Size, leaf, path, checkpoint.Hash); err != nil {
			return 0, fmt.Errorf("entry %d: %w", index, err)
		}
		earlier, err := growing.GetRootHash(nil)
		if err != nil {
			return 0, err
		}
		path, err = builder.ConsistencyProof(ctx, index+1, checkpoint.Size)
		if err != nil {
			return 0, err
		}
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, index+1, checkpoint.Size, path, earlier, checkpoint.Hash); err != nil {
			return 0, fmt.Errorf("size %d: %w", index+1, err)
		}
	}
	return checkpoint.Size, nil
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: tessera URL VKEY ORIGIN")
		os.Exit(2)
	}
	count, err := check(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(count)
}
