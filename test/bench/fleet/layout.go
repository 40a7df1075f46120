package fleet

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path"

	"github.com/lotsync/lotsync/sync"
)

// perCity is how many lots share a folder, unless the fleet is flat.
const perCity = 25

// region is a country.
type region struct {
	Name, Currency, Language, TimeZone string

	VAT int
	// share is the region's part of the fleet, in percent.
	share int
	// Version is the change that wrote its settings.
	Version int
}

func regions() []region {
	return []region{
		{Name: "nl", Currency: "EUR", Language: "nl", TimeZone: "Europe/Amsterdam", VAT: 21, share: 25},
		{Name: "de", Currency: "EUR", Language: "de", TimeZone: "Europe/Berlin", VAT: 19, share: 20},
		{Name: "fr", Currency: "EUR", Language: "fr", TimeZone: "Europe/Paris", VAT: 20, share: 15},
		{Name: "gb", Currency: "GBP", Language: "en", TimeZone: "Europe/London", VAT: 20, share: 12},
		{Name: "be", Currency: "EUR", Language: "nl", TimeZone: "Europe/Brussels", VAT: 21, share: 10},
		{Name: "es", Currency: "EUR", Language: "es", TimeZone: "Europe/Madrid", VAT: 21, share: 8},
		{Name: "it", Currency: "EUR", Language: "it", TimeZone: "Europe/Rome", VAT: 22, share: 6},
		{Name: "at", Currency: "EUR", Language: "de", TimeZone: "Europe/Vienna", VAT: 20, share: 4},
	}
}

// lot is one parking lot, and what its files say.
type lot struct {
	site   sync.Site
	region region
	// Up leads from the lot's folder to the fleet's.
	Up                                  string
	Name, Ring, Operator, Arch, Phone   string
	Controller, Tariff                  string
	Bays, Clearance, Gates, OpenSeconds int
	Components                          []string
	Region                              region
}

// layOut decides which lots there are.
func (f *Fleet) layOut() {
	f.byName = make(map[sync.Site]lot, f.options.Lots)
	number := make(map[string]int)
	for i := range f.options.Lots {
		r := f.regionOf(i)
		l := f.newLot(r, number[r.Name])
		number[r.Name]++
		f.lots = append(f.lots, l)
		f.byName[l.site] = l
	}
}

// regionOf deals the lots out by the regions' shares, in order.
func (f *Fleet) regionOf(i int) region {
	percent, sum := i*100/f.options.Lots, 0
	for _, r := range f.regions {
		if sum += r.share; percent < sum {
			return r
		}
	}
	return f.regions[0]
}

// newLot is a region's lot by its number.
func (f *Fleet) newLot(r region, number int) lot {
	name := path.Join(r.Name, city(number/perCity), fmt.Sprintf("%04d", number))
	up := "../../.."
	if f.options.Flat {
		name, up = path.Join(r.Name, fmt.Sprintf("%04d", number)), "../.."
	}
	dice := f.dice(name)
	l := lot{
		site: sync.Site(name), region: r, Region: r, Up: up,
		Name:        fmt.Sprintf("%s %s %d", pick(dice, "Garage", "Car park", "Market", "Station", "Harbour"), city(dice.IntN(900)), number),
		Ring:        pick(dice, "canary", "early", "late", "late", "late", "late"),
		Operator:    pick(dice, "parkco", "cityparks", "stationparking"),
		Arch:        pick(dice, "arm64", "arm64", "arm"),
		Phone:       fmt.Sprintf("+00 %07d", dice.IntN(1e7)),
		Controller:  fmt.Sprintf("10.%d.%d.%d:502", dice.IntN(256), dice.IntN(256), 1+dice.IntN(254)),
		Tariff:      money(100 + dice.IntN(400)),
		Bays:        20 + dice.IntN(900),
		Clearance:   180 + 5*dice.IntN(12),
		Gates:       1 + dice.IntN(6),
		OpenSeconds: 5 + dice.IntN(15),
	}
	for _, component := range components() {
		if dice.IntN(2) == 0 {
			l.Components = append(l.Components, component.Name)
		}
	}
	return l
}

// city names a number, shortly: "baba", "babe" and so on.
func city(n int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	syllable := func(n int) string {
		n %= len(consonants) * len(vowels)
		return string([]byte{consonants[n/len(vowels)], vowels[n%len(vowels)]})
	}
	per := len(consonants) * len(vowels)
	name := syllable(n/per) + syllable(n)
	for rest := n / per / per; rest > 0; rest /= per {
		name = syllable(rest) + name
	}
	return name
}

func money(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// dice fall the same way for the same fleet and subject.
func (f *Fleet) dice(subject string) *rand.Rand {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(subject))                         // never fails
	return rand.New(rand.NewPCG(f.options.Seed, sum.Sum64())) //nolint:gosec // made-up data that must repeat, no secret
}

func pick(dice *rand.Rand, values ...string) string { return values[dice.IntN(len(values))] }
