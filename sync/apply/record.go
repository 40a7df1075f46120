package apply

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/apply/inventory"
	"github.com/lotsync/lotsync/sync/apply/object"
)

const (
	// inventoryManager is another one than the objects', so that the inventory is
	// never taken for one of them.
	inventoryManager = "lotsync-inventory"
	inventoryKey     = "objects"
	managedBy        = "app.kubernetes.io/managed-by"
)

func (p *pass) inventoryName() string { return "lotsync-inventory-" + p.site }

func (p *pass) inventories() dynamic.ResourceInterface {
	return p.conn.objects.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(p.cfg.Namespace)
}

// loadInventory reads the site's inventory; one that is not there is empty.
func (p *pass) loadInventory(ctx context.Context) error {
	u, err := p.inventories().Get(ctx, p.inventoryName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("inventory: %w", missingRight(err))
	}
	text, _, _ := unstructured.NestedString(u.Object, "data", inventoryKey)
	p.stored, err = inventory.Decode(text)
	if err != nil {
		return fmt.Errorf("inventory: ConfigMap %s/%s is damaged: %w: delete it, and it is made anew from the objects' labels",
			p.cfg.Namespace, p.inventoryName(), err)
	}
	p.revision = u.GetResourceVersion()
	return nil
}

// saveInventory stores inv unless it is what is stored already.
func (p *pass) saveInventory(ctx context.Context, inv inventory.Inventory) error {
	if inv.Equal(p.stored) {
		return nil
	}
	text, err := inv.Encode()
	if err != nil {
		return err
	}
	saved, err := p.writeInventory(ctx, text)
	if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("%w: inventory: another agent changed it meanwhile: is there a second one for site %s?", sync.ErrUnavailable, p.cfg.Site)
	}
	if err != nil {
		return fmt.Errorf("inventory: %w", missingRight(err))
	}
	p.stored, p.revision = inv, saved.GetResourceVersion()
	return nil
}

func (p *pass) writeInventory(ctx context.Context, text string) (*unstructured.Unstructured, error) {
	body := p.inventoryBody(text)
	if p.revision == "" {
		return p.createInventory(ctx, body)
	}
	body.SetResourceVersion(p.revision)
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	force := true
	return p.inventories().Patch(ctx, body.GetName(), types.ApplyPatchType, data,
		metav1.PatchOptions{FieldManager: inventoryManager, Force: &force})
}

// createInventory makes the inventory, and its namespace if that is not there.
func (p *pass) createInventory(ctx context.Context, body *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	options := metav1.CreateOptions{FieldManager: inventoryManager}
	saved, err := p.inventories().Create(ctx, body, options)
	if !apierrors.IsNotFound(err) {
		return saved, err
	}
	home := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": object.KindNamespace,
		"metadata": map[string]any{"name": p.cfg.Namespace, "labels": map[string]any{managedBy: "lotsync"}},
	}}
	namespaces := p.conn.objects.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"})
	if _, err := namespaces.Create(ctx, home, options); err != nil && !apierrors.IsAlreadyExists(err) {
		return nil, err
	}
	return p.inventories().Create(ctx, body, options)
}

func (p *pass) inventoryBody(text string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{
			"name": p.inventoryName(), "namespace": p.cfg.Namespace,
			"labels": map[string]any{managedBy: "lotsync", object.SiteLabel: p.site},
		},
		"data": map[string]any{inventoryKey: text},
	}}
}
