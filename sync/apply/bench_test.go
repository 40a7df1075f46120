package apply_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
)

// sampleLot is a bundle of 42 objects like those of a lot.
func (l *lot) sampleLot(price string) sync.Bundle {
	var documents []string
	for i := range 8 {
		n := fmt.Sprintf("-%d", i)
		app := strings.NewReplacer("name: web", "name: web"+n, "app: web", "app: web"+n)
		documents = append(documents,
			strings.Replace(strings.Replace(tariff, "tariff", "tariff"+n, 1), "3.20", price, 1),
			strings.Replace(gates, "gates", "gates"+n, 1), strings.Replace(token, "token", "token"+n, 1),
			strings.Replace(front, "name: front", "name: front"+n, 1), app.Replace(web))
	}
	return l.bundle(append(documents, tariff, gates)...)
}

func BenchmarkApplyOfOneChange(b *testing.B) {
	l := newLot(b)
	l.apply(l.sampleLot("1.00"))
	for round := 0; b.Loop(); round++ {
		l.apply(l.sampleLot(fmt.Sprintf("2.%04d", round)))
	}
}

func BenchmarkApplyOfNothingNew(b *testing.B) {
	l := newLot(b)
	bundle := l.sampleLot("1.00")
	l.apply(bundle)
	for b.Loop() {
		l.apply(bundle)
	}
}

func BenchmarkObserve(b *testing.B) {
	l := newLot(b)
	bundle := l.sampleLot("1.00")
	l.apply(bundle)
	for b.Loop() {
		l.observe(bundle)
	}
}
